"""Rows out: pages, figures and single records within the caller's reach, as JSON made once."""
