"""What every kind of field answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Text as TextType
from sqlalchemy.types import TypeEngine

from kit.query import Kind as Comparison

# Entries of a list where nothing else is said, in a record as in a call.
MOST = 100


@dataclass(frozen=True)
class Kind:
    """What every kind answers."""

    name: ClassVar[str] = "text"
    comparison: ClassVar[Comparison] = Comparison.TEXT
    options: ClassVar[Sequence[str]] = ()

    def column(self) -> TypeEngine[Any]:
        return TextType()

    def parse(self, value: Any) -> Any:
        return value

    def show(self, value: Any) -> Any:
        return value


def few_enough(values: Any, most: int) -> Any:
    """A list as it is, or ValueError when it is too long to be looked into."""
    if len(values) > most:
        raise ValueError(f"Give at most {most:,}; these are {len(values):,}.")
    return values
