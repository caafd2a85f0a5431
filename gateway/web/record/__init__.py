"""The page of one record: what it is, what may be done, what happened, who may see it."""
