"""Work that outlives the call and the process that began it: jobs in tables, a batch at a time."""
