"""Reports by e-mail: asked as their readers, laid out as a letter says them, posted when due."""
