"""What decides about access to a record that others refer to, wherever it lives."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from kit.access.inheritance import handed_down
from kit.entity import Level, Record

Name = tuple[str, UUID]
"""An entity and the id of one of its records."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The keys of a record by level, and what it takes over from above."""

    entity: str
    keys: Mapping[Level, Iterable[int]]
    inherited: Collection[int]
    state: str = "live"
    merged_into: UUID | None = None
    """The record that took this one in, and for which it stands."""

    @classmethod
    def of(cls, record: Record) -> Self:
        """That of a record of this service."""
        keys = {Level.READ: record.keys, Level.EDIT: record.wkeys, Level.FULL: record.full_keys}
        return cls(record.entity, keys, record.inherited)

    @classmethod
    def read(cls, entity: str, row: Any) -> Self:
        """That of a row with the columns `COLUMNS`."""
        keys = {Level.READ: row["keys"], Level.EDIT: row["wkeys"], Level.FULL: row["full_keys"]}
        state, into = row.get("state", "live"), row.get("merged_into")
        return cls(entity, keys, row["inherited"], state, into)

    @property
    def handed_down(self) -> list[int]:
        """What a record takes over that hangs on this one."""
        return handed_down(self.entity, self.keys, self.inherited)


COLUMNS = "keys, wkeys, full_keys, inherited"
STATE = (
    "case when erased_at is not null then 'erased' when merged_into is not null then 'merged' "
    "when gone_as is not null then gone_as "
    "when binned_at is not null then 'binned' else 'live' end as state"
)
"""How a record of this service stands, in the words of the copies that others keep of it."""
