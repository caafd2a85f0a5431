"""The inbox: what a person was told, and what is to be told."""
