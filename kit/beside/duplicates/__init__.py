"""Records that may be one and the same: who a new one might be, and pairs that are found in the background."""
