"""English words for what entities and stored values are called."""

_VOWELS = "AEIOU"


def one(label: str) -> str:
    """`A ticket`, `An activity`: one record, at the beginning of a sentence."""
    return f"{'An' if label[0] in _VOWELS else 'A'} {label.lower()}"


def spoken(value: str) -> str:
    """A stored value as people read it: `in_progress` as `In progress`; codes such as EUR stay."""
    return value if value.isupper() else value.replace("_", " ").capitalize()
