"""What can be known of a table from its text alone: encoding, lines, days, numbers, names."""
