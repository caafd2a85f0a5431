"""Products, deals and the stages they go through."""
