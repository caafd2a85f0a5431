"""Making and changing records by form."""
