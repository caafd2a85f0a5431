"""Figures over many records: by what they are grouped, what is reckoned, and in which currency."""
