"""Files that people put on a record: taken in, kept, shown and given out under the record's access."""
