"""The bin: deleted records stand there until they are restored or, after some weeks, erased."""
