"""Statements as asyncpg takes them: built by SQLAlchemy once for each shape of question, then kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

_KEPT = 2_000
_DIALECT = asyncpg_dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Statement:
    """A compiled statement and the order of its parameters."""

    text: str
    order: tuple[str, ...]
    constants: Mapping[str, Any]

    def arguments(self, given: Mapping[str, Any]) -> list[Any]:
        return [given[name] if name in given else self.constants[name] for name in self.order]


def compiled(query: Select[*tuple[Any, ...]]) -> Statement:
    """A query as text with its parameters in order."""
    text = query.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    return Statement(str(text), tuple(text.positiontup or ()), dict(text.params))


class Statements:
    """The statements that have been built, by what they were built from."""

    def __init__(self) -> None:
        self._kept: dict[Any, Statement] = {}

    def once(self, key: Any, build: Callable[[], Select[*tuple[Any, ...]]]) -> Statement:
        known = self._kept.get(key)
        if known is None:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            known = self._kept[key] = compiled(build())
        return known
