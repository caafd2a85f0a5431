"""Cards and calendars (vCard, iCalendar) read as tables: a card, or an entry, is a row."""
