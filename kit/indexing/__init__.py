"""Indexes that follow from what administrators define, built while everybody goes on working."""
