"""What text is: how it is stored, and how it is compared, alike in Python and in PostgreSQL."""
