"""Merging: one record takes others in, in one transaction; whatever names them follows after it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from crm.v1 import merges_pb2 as pb
from sqlalchemy import insert, update

from kit.custom_fields.fields import PREFIX
from kit.database.tables import is_unique
from kit.entity import Level, Record
from kit.errors import Invalid
from kit.ids import record_id, uuid7
from kit.merging.beside import Counts, move_along
from kit.merging.reverting import shown
from kit.merging.surviving import surviving
from kit.merging.tables import merge
from kit.records.bin.moving import take_in
from kit.records.methods.standard import Records
from kit.records.write.keys import give_keys, shares_of
from kit.records.write.work import Work

_MOST = 4
_FEW = f"Name 1 to {_MOST} other records, each once."
_ITSELF = "A record is not merged into itself; name others."
_WHOSE = "Give the id of one of the records that are merged."


@dataclass(slots=True)
class Joined:
    """What becomes of several records in one merge."""

    id: UUID
    survivor: Record
    others: Sequence[Record]
    said: Mapping[UUID, Mapping[str, Any]]
    """What each record said before, in the form of the wire."""
    moved: Counts = field(default_factory=dict)


class Merging:
    """What one call makes of records of an entity."""

    def __init__(self, work: Work, records: Records[Any, Any]) -> None:
        self._work, self._records = work, records
        self._record: type[Record] = records.record
        self._permit = records.permit("edit")
        self._permit.require("delete")

    async def merge(self, request: pb.MergeRequest) -> Joined:
        """Does what is asked; nothing is written for good before the transaction ends."""
        survivor, *others = await self._held(request)
        held = (survivor, *others)
        chosen = self._chosen(request.fields, [each.id for each in held])
        values = surviving(held, chosen, self._may_set, self._permit.custom.of_entity.fields)
        done = Joined(uuid7(), survivor, others, {each.id: shown(each) for each in held})
        given_up = self._put_away(survivor, others, values)
        await self._begin(done, given_up)
        await self._records.amend(self._work, survivor, values)
        await self._records.make_room(self._work, survivor, others)
        await self._bring_along(done)
        await self._work.flush()
        said = (done.said[survivor.id], shown(survivor))
        before, after = ({name: each.get(name) for name in values} for each in said)
        mine = merge.c.id == done.id
        await self._work.run(update(merge).where(mine).values(before=before, after=after))
        return done

    async def _held(self, request: pb.MergeRequest) -> list[Record]:
        """The records as they are by now, until the end; in one order, so that none deadlock."""
        named: dict[UUID, Any] = {record_id(request.id): request}
        named |= {record_id(each.id): each for each in request.others}
        ids = list(named)
        if record_id(request.id) in {record_id(each.id) for each in request.others}:
            raise Invalid(others=_ITSELF)
        if not 0 < len(request.others) <= _MOST or len(ids) != 1 + len(request.others):
            raise Invalid(others=_FEW)
        return await hold_all(self._work, self._records, named)

    def _chosen(self, fields: Mapping[str, str], ids: Collection[UUID]) -> dict[str, UUID]:
        """Whose value survives, by field; refused where the caller may not set one."""
        known = {*self._records.shape.names, *self._permit.custom.fields}
        by_text = {str(each): each for each in ids}
        wrong = dict.fromkeys((name for name, id_ in fields.items() if id_ not in by_text), _WHOSE)
        wrong |= dict.fromkeys(fields.keys() - known, "There is no such field.")
        own = [name for name in fields if not name.startswith(PREFIX)]
        locked = (name for name in fields if name not in own and not self._may_set(name))
        wrong |= dict.fromkeys(locked, "Your profile does not let you change this field.")
        if wrong:
            raise Invalid("", wrong)
        self._permit.require_settable(own, new=False)
        return {name: by_text[id_] for name, id_ in fields.items()}

    def _may_set(self, name: str) -> bool:
        limits = self._permit.limits
        return name not in limits and not (name.startswith(PREFIX) and "custom" in limits)

    def _put_away(
        self, survivor: Record, others: Sequence[Record], values: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Takes the others out of sight; what no two may say they give up to the survivor."""
        take_in(self._work, survivor, *others)
        given_up: dict[str, Any] = {}
        table: Any = self._record.__table__
        unique = [name for name in values if name in table.c and is_unique(table.c[name])]
        for each in others:
            for name in unique:
                if (value := getattr(each, name)) == values[name]:
                    given_up.setdefault(str(each.id), {})[name] = value
                    setattr(each, name, None if table.c[name].nullable else str(each.id))
        return given_up

    async def _begin(self, done: Joined, given_up: Mapping[str, Any]) -> None:
        """The others go, and the merge is written down; what it did to the survivor is not known yet."""
        await self._work.flush()
        await self._work.run(
            insert(merge).values(
                id=done.id,
                entity=self._record.entity,
                survivor_id=done.survivor.id,
                other_ids=[each.id for each in done.others],
                at=datetime.now(UTC),
                by=self._work.actor.name,
                before={},
                after={},
                given_up=given_up,
            )
        )

    async def _bring_along(self, done: Joined) -> None:
        """What stands beside the others comes along, and whoever was given access to them has it here."""
        survivor, work = done.survivor, self._work
        for each in done.others:
            moved = await move_along(work, done.id, each.id, survivor.id)
            done.moved = {name: count + done.moved.get(name, 0) for name, count in moved.items()}
        await keyed_anew(work, survivor)
        ids = [str(each.id) for each in done.others]
        await work.tell(survivor, "merged", [[], ids])


async def hold_all(
    work: Work,
    records: Records[Any, Any],
    named: Mapping[UUID, Any],
    *,
    binned: Collection[UUID] = (),
) -> list[Record]:
    """Full access to each, as it was seen; found first, so that who waits for a lock may have them all."""
    found = {
        id_: await work.get(records.record, id_, Level.FULL, binned=id_ in binned) for id_ in named
    }
    for id_ in sorted(found):
        await work.hold(found[id_])
    # Whoever was waited for may have taken one of them away.
    held = [await work.get(records.record, id_, Level.FULL, binned=id_ in binned) for id_ in named]
    for record, asked in zip(held, named.values(), strict=True):
        if asked is not None:
            await records.same_version(work, record, asked)
    return held


async def keyed_anew(work: Work, record: Record) -> None:
    """The keys of a row follow the shares that came, or went."""
    shares = await shares_of(work.transaction.fetch, [record.id])
    give_keys(record, work.process.policy.row_keys(record, shares.get(record.id, ())))
