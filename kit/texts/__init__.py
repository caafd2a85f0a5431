"""The text of files, taken out of them in the background by a process that may do nothing else (ADR 47)."""
