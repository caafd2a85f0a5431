"""What a report says: its question made into questions after figures, and their answers put together."""
