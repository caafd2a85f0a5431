"""Handing over what a person has: seen before it is done, followed while it is, and taken back."""
