"""From the cells of a line to the fields of a record: what was asked for, and what a line says."""
