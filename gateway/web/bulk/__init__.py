"""Pages for doing the same to many records: what, to which, tried first, then done, with the way back."""
