"""Records that may be one and the same: told while one types, listed to be told apart."""
