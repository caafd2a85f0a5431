"""Reports on the pages: built by choosing, read as a table and a drawing, each number a way to its rows."""
