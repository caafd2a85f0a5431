"""Campaigns: whom they reach, what they cost and what they bring."""
