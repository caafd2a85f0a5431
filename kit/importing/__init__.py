"""Importing: every line of a file becomes a record, or says why not."""
