"""English sentences about what an entity calls its records."""

_VOWELS = "AEIOU"


def one(label: str) -> str:
    """`A ticket`, `An activity`: one record, at the beginning of a sentence."""
    return f"{'An' if label[0] in _VOWELS else 'A'} {label.lower()}"
