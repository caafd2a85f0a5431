"""What others made of a record, and whether it may go again: what has happened to it since."""
