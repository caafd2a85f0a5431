"""The statements that a call costs."""

import pytest

from kit.database import measuring
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
