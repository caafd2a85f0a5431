"""What stops a command: one clear sentence for whoever typed it."""


class CommandFailed(Exception):  # noqa: N818 - it says what happened
    """The command cannot go on; the message says why and what to do."""
