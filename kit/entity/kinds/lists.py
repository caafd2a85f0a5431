"""Kinds whose values stand in a list, of the program or of the administrators."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from kit.entity.kinds.kind import Kind
from kit.query import Kind as Comparison


@dataclass(frozen=True)
class Picklist(Kind):
    """One of a few values fixed by the program."""

    name: ClassVar[str] = "picklist"
    comparison: ClassVar[Comparison] = Comparison.PICKLIST
    values: "type[StrEnum] | Sequence[str]" = ()

    @property
    def options(self) -> Sequence[str]:  # type: ignore[override]  # a picklist knows its values, its parent is told them
        return [str(value) for value in self.values]

    def parse(self, value: Any) -> str | None:
        text = str(value).strip()
        if text and text not in self.options:
            raise ValueError(f"Choose one of: {_few(self.options)}.")
        return text or None


def _few(values: Sequence[str]) -> str:
    shown = ", ".join(values[:12])
    return f"{shown}, …" if len(values) > 12 else shown  # noqa: PLR2004 - more than anybody reads


@dataclass(frozen=True)
class Choice(Kind):
    """One of the values of a list that administrators keep, e.g. `account.industry`."""

    name: ClassVar[str] = "choice"
    comparison: ClassVar[Comparison] = Comparison.PICKLIST
    list: str = ""

    def parse(self, value: Any) -> str | None:
        return str(value).strip() or None
