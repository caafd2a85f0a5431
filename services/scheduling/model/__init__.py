"""The entities of scheduling and their rules; no input or output."""
