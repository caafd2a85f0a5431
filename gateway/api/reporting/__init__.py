"""Reports over the API: their figures, asked of whoever owns the records, in the reader's name."""
