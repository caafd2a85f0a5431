"""Where a record is, by a name that people use for it; each kind is read once and kept."""

import threading
from typing import Any

from cli.demo.content.rows import Reference, Row
from cli.demo.session import Session
from cli.failure import CommandFailed


class Directory:
    """Ids by entity, field and value, as the administrator sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[tuple[str, str], dict[str, str]] = {}
        self._reading = threading.Lock()

    def ids(self, plural: str, field: str) -> dict[str, str]:
        with self._reading:
            if (plural, field) not in self._known:
                found = self._session.all(plural, f"id,{field}")
                self._known[plural, field] = {each.get(field, ""): each["id"] for each in found}
            return self._known[plural, field]

    def forget(self, plural: str) -> None:
        """What was added since the last look is found at the next one."""
        with self._reading:
            for key in [key for key in self._known if key[0] == plural]:
                del self._known[key]

    def resolved(self, row: Row) -> Row:
        """A row with ids in the place of names."""
        return {path: self._resolved(value) for path, value in row.items()}

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._resolved(each) for each in value]
        if isinstance(value, dict):
            return self.resolved(value)
        return self._id(value) if isinstance(value, Reference) else value

    def _id(self, named: Reference) -> str:
        found = self.ids(named.plural, named.field).get(named.value)
        if found is None:
            raise CommandFailed(f"There are no {named.plural} with {named.field} {named.value!r}.")
        return found
