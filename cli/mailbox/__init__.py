"""The mailbox of a system on one machine: a server that keeps letters, and how they are read."""
