"""The demonstration company: made up from a seed, and put into an empty system through its API."""
