"""Making one record of several, side by side, and the way back."""
