"""What the language of whoever brings a file says of it, where the file could be read in two ways."""

_CENTRAL = frozenset({"ro", "pl", "cs", "sk", "hu", "hr", "sl"})
_MONTHS_FIRST = frozenset({"en-US", "en_US"})


def is_central(locale: str) -> bool:
    """Whether letters beyond ASCII are more likely those of Central Europe."""
    return locale.replace("_", "-").partition("-")[0] in _CENTRAL


def months_first(locale: str) -> bool:
    """Whether days are written with the month before the day."""
    return locale in _MONTHS_FIRST
