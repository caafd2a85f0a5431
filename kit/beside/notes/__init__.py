"""What people write on a record: read, written, changed and searched by whoever sees the record."""
