"""Consuming: each event that a handler asks for is handled once, or kept for a person to decide."""
