"""What happened to a record and to what hangs on it, in one stream."""
