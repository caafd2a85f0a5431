"""The bin: what was deleted, who did it, until when it stays, and the way back."""
