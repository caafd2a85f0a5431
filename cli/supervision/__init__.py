"""Supervision: the processes of a local system are started in their order, watched, and started again."""
