"""Chat: one room for all, and private rooms for two."""
