"""What stops a command: one clear sentence for whoever typed it."""


class CommandFailed(Exception):
    """The command cannot go on; the message says why and what to do."""
