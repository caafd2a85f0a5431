"""What the pages know of entities: the answer of `Describe`, typed."""
