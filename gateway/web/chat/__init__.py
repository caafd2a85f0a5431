"""The talk of rooms."""
