"""The entities of chat and their rules; no input or output."""
