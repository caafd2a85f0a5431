"""The entities of helpdesk and their rules; no input or output."""
