"""The kind of the fields that administrators add to a record: what they may be called and may say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from unicodedata import normalize

from kit.entity.kinds.kind import Kind
from kit.entity.kinds.texts import LongText
from kit.query import Kind as Comparison

CUSTOM_FIELDS, CUSTOM_KEY, CUSTOM_VALUE = 200, 60, 2_000
"""How many fields of one's own a record has at most, and how long their keys and values are."""

_VALUE = LongText(CUSTOM_VALUE)


@dataclass(frozen=True)
class Custom(Kind):
    """Text by key, reached in filters as `custom.key`; a value is judged as any long text is."""

    name: ClassVar[str] = "custom"
    comparison: ClassVar[Comparison] = Comparison.CUSTOM

    def parse(self, value: Mapping[str, Any]) -> dict[str, str]:
        return dict(self.pair(key, text) for key, text in value.items())

    def pair(self, key: str, text: Any) -> tuple[str, str]:
        """One of the fields as it is stored; ValueError with a sentence that names it."""
        word = normalize("NFC", key)
        if not word.isidentifier() or len(word) > CUSTOM_KEY:
            raise ValueError(f"{key!r}: a key is a word of at most {CUSTOM_KEY} characters.")
        try:
            return word, _VALUE.parse(text) or ""
        except ValueError as wrong:
            raise ValueError(f"{key!r}: {wrong}") from wrong
