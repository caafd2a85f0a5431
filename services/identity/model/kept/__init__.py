"""What people keep for the next time: lists as views, and how files are taken in."""
