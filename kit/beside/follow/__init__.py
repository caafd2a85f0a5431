"""Who follows a record, and hears of what happens to it."""
