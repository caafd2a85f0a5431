"""A system on this machine: its home, its stores, its processes, and how each finds the others."""
