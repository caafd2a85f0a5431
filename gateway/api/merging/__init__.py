"""Several records made one over REST, and the way back."""
