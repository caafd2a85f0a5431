"""Tokens: the keys that sign them, what they say, and how they are ended and asked about."""
