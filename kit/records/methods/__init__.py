"""What every entity answers: the standard methods, declared verbs, and what stands beside a record."""
