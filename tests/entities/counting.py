"""The statements that a call costs."""

from typing import Any

import pytest

from kit.database import measuring, statements
from kit.rpc.call import current

# What the driver asks of a connection that it has just opened; it is nobody's statement.
_OPENING = ("typeinfo_tree", "current_setting('jit')")


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that calls cause from now on, by whichever way; background work is not counted."""
    statements: list[str] = []

    def sent(statement: str, _: float) -> None:
        if current().method and not any(words in statement for words in _OPENING):
            statements.append(statement)

    monkeypatch.setattr(measuring, "observe", sent)
    return statements


def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that calls have SQLAlchemy write out from now on; that costs more than most do."""
    texts: list[str] = []
    write_out = statements.compiled

    def written(query: Any) -> statements.Statement:
        statement = write_out(query)
        if current().method:
            texts.append(statement.text)
        return statement

    monkeypatch.setattr(statements, "compiled", written)
    return texts
