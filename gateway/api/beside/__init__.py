"""What hangs on a record beside its fields, over REST."""
