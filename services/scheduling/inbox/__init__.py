"""The inbox of each person: what comes in, how it is shown, and the letters about it."""
