"""Handing over: whoever stands in what a person has by is replaced, in records in and out of sight."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from crm.v1 import hand_overs_pb2 as pb

from kit.access.policy import require_to_hand_over
from kit.actor import Actor, calling
from kit.bulk.actions import Action
from kit.bulk.rows import Row
from kit.entity.kinds import PERSON
from kit.errors import Refused
from kit.records.methods.standard import Records
from kit.records.write.work import Work


@dataclass(frozen=True, slots=True)
class Change:
    """Whose place somebody takes."""

    person: UUID
    successor: UUID

    @classmethod
    def read(cls, stored: bytes) -> Self:
        """As a job keeps it."""
        said = pb.HandOverDecided.FromString(stored)
        return cls(UUID(said.person_id), UUID(said.successor_id))

    def stored(self) -> bytes:
        told = pb.HandOverDecided(person_id=str(self.person), successor_id=str(self.successor))
        return told.SerializeToString()

    def of(self, value: Any) -> Any:
        """A field that names people, with the one in the place of the other, each once."""
        if not isinstance(value, list):
            return self.successor if value == self.person else value
        return list(dict.fromkeys(self.of(each) for each in value))


class HandOver(Action):
    """What a person has goes to another.

    The right to it is one of its own and reaches every record of that person, so neither the reach of
    whoever decided it is asked nor the access to the fields. The rules of the records are.
    """

    level = None
    hands_over = True
    undoable = True

    def __init__(self, records: Records[Any, Any], change: Change) -> None:
        super().__init__(records)
        policy, record = records.process.policy, records.record
        require_to_hand_over(policy, calling())
        self.fields: Sequence[str] = record.assigned_by
        self._change = change
        if "view" not in policy.permit(Actor.person(change.successor), record).rights:
            name = policy.organisation.name_of(PERSON, change.successor)
            raise Refused(f"{name} may see no {record.plural.lower()}; choose somebody else.")

    @property
    def method(self) -> str:
        return "Update"

    async def do(self, work: Work, record: Any, row: Row) -> None:
        """One that somebody gave to others meanwhile is so already."""
        named = {name: self._change.of(getattr(record, name)) for name in self.fields}
        values = {name: each for name, each in named.items() if each != getattr(record, name)}
        if values:
            await self.records.amend(work, record, values)
