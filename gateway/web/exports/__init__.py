"""Taking lists away as files."""
