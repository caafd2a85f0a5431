"""Taking in a file."""
