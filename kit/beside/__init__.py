"""What hangs on a record beside its fields, each kind in a room of its own, under the record's access."""
