"""Reports by e-mail: who is to be sent which, when it is due, and the letter that it becomes."""
