"""The one middleware that every request passes, and the parts of which it is made."""
