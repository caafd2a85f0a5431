"""Copies of records of other services: kept by who refers to them, and true to their owners."""
