"""References across services: a slim copy of each record referred to, kept by who refers to it."""
