"""What services tell identity of themselves: their value lists, and how far their indexes are."""
