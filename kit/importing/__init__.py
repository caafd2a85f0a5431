"""Taking in many records from a file: every line becomes a record or is told why not."""
