"""Scheduling: what people do and when, and the things they share."""
