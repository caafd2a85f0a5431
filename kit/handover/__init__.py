"""Handing over what a person has: each service counts it, and does its part once that is decided."""
