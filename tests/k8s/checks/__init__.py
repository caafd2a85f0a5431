"""What a careful reviewer looks for, one small function each, with breaks that it must notice."""
