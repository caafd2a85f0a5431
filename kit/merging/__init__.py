"""Several records become one: what survives, what moves along in which service, and the way back."""
