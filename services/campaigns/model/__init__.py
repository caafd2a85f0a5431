"""The entities of campaigns and their rules; no input or output."""
