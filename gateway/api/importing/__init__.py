"""Taking in files over REST."""
