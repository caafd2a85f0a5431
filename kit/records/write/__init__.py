"""The unit of work: records are read, changed, judged and written with their history and events."""
