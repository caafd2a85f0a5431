"""What the references of a unit of work lead to: known before anything is written, refused if out of sight."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kit.access.inheritance import CLOSED, PRIVATE, of_nothing
from kit.access.reach import Reach
from kit.entity import Governs, Level, Parts, Record, Reference, References
from kit.entity.parts import parts_in
from kit.entity.tracking import former, was
from kit.errors import Invalid, Unavailable
from kit.references.access import COLUMNS, STATE, Name, Standing
from kit.references.copies.brought_by_calls import brought
from kit.references.copies.store import asked, kept
from kit.references.fetch import Fetch
from kit.references.places import places
from kit.wire.contract import facts_of

if TYPE_CHECKING:
    from kit.records.write.work import Work

_OWNER_OF_THE_POLICY = "identity."


@dataclass(frozen=True, slots=True)
class Named:
    """One record that a field names anew."""

    record: UUID
    field: str
    target: Name
    above: bool
    within: str = ""
    """Where in the field it is named, as people read it; of a part its line and its column."""


class Resolving:
    """The records to which a unit of work refers."""

    def __init__(self, work: "Work") -> None:
        self._work = work
        self._known: dict[Name, Standing] = {}
        self._judged: set[Named] = set()
        self._vouched: set[Name] = set()
        self._led: set[Name] = set()

    def know(self, record: Record) -> None:
        """Takes in a record of this unit of work, so that others may hang on it at once."""
        self._known[record.entity, record.id] = Standing.of(record)

    def inherited(self, record: Record) -> list[int]:
        """What a record takes over from the one it hangs on; nothing from one that is unknown."""
        if record.kept_private:
            return [CLOSED, PRIVATE]
        parent = record.parent
        if parent is None:
            return of_nothing(record.parents)
        known = self._known.get(parent)
        return known.handed_down if known else []

    async def learn(self, fetch: Fetch, new: Sequence[Record], old: Sequence[Record]) -> None:
        """Finds what is named anew; Invalid names each field that leads to what the caller cannot see."""
        made = {(record.entity, record.id) for record in new}
        named = [
            each
            for record in (*new, *old)
            for each in _named(record)
            if each.target not in made and each not in self._judged
        ]
        wanted = {each.target for each in named if self._matters(each)}
        # What is private no longer takes over again what it did before.
        opened = {each.parent for each in old if each.parent and former(each).get("private")}
        above = {each.target for each in named if each.above} | opened
        wanted |= opened
        if vouched := wanted & self._vouched - above:
            self._work.process.unknown_references.note(vouched)
            wanted -= vouched
        if wanted:
            await self._find(fetch, wanted - self._known.keys(), above)
            if self._lead_on((*new, *old), wanted):
                await self.learn(fetch, new, old)
                return
        if self._judges:
            self._judge([each for each in named if each.target in wanted - self._vouched])
        self._judged.update(named)

    def _lead_on(self, records: Sequence[Record], wanted: Iterable[Name]) -> bool:
        """Whoever names a record that was merged means the one that took it in; whether one did."""
        known = {each: self._known[each].merged_into for each in wanted if each in self._known}
        merged = {each: into for each, into in known.items() if into and each not in self._led}
        self._led.update(merged)
        for (entity, gone), into in merged.items():
            for kind in dict.fromkeys(map(type, records)):
                for place in places((kind,), entity):
                    for record in records:
                        if type(record) is kind:
                            place.lead(record, gone, into)
        return bool(merged)

    @property
    def _judges(self) -> bool:
        """The system is not judged, nor a service that speaks for somebody: it has judged already."""
        return not (self._work.actor.is_system or self._work.actor.peer)

    def _matters(self, named: Named) -> bool:
        """Of this service's own records, one that everybody may see is left to the foreign key.

        Where there is a bin, the key is content with what stands in it, and is no help.
        """
        record = self._work.process.entities.get(named.target[0])
        if named.above or record is None or (self._judges and not record.no_bin):
            return True
        opens = self._work.process.policy.organisation.opens
        opened = opens(record, Level.READ) and "private" not in record.fields
        return not (opened or self._reach(record.entity).everything)

    def vouch(self, *targets: Name) -> None:
        """Takes for granted what its owner has just named in an answer; its copy comes in a moment."""
        self._vouched.update(targets)

    async def _find(self, fetch: Fetch, wanted: Collection[Name], above: Collection[Name]) -> None:
        process = self._work.process
        here = {name for name in wanted if name[0] in process.entities}
        for entity, ids in _grouped(here).items():
            self._known |= await _own(fetch, process.entities[entity], ids)
        if elsewhere := set(wanted) - here:
            self._known |= await self._kept(fetch, elsewhere)
            await self._ask(elsewhere - self._known.keys(), above)

    async def _kept(self, fetch: Fetch, names: Collection[Name]) -> dict[Name, Standing]:
        """The copies that are here, and those that came with the call."""
        if told := self._work.call.brought:
            return await brought(self._work.process, fetch, told, self._work.actor.peer, names)
        return await kept(fetch, names)

    async def _ask(self, unknown: Collection[Name], above: Collection[Name]) -> None:
        """Whoever is judged waits for the answer, and what hangs on a record; all else comes soon."""
        later = set() if self._judges else set(unknown).difference(above)
        self._work.process.unknown_references.note(later)
        if now := set(unknown) - later:
            await self._ask_now(now)

    async def _ask_now(self, unknown: Collection[Name]) -> None:
        try:
            self._known |= await asked(self._work.process, unknown)
        except Unavailable:
            if self._judges:
                raise
            self._work.process.unknown_references.note(unknown)

    def _judge(self, named: Sequence[Named]) -> None:
        wrong = {each.field: _wrong(each) for each in named if not self._visible(each.target)}
        if wrong:
            raise Invalid("", wrong)

    def _visible(self, target: Name) -> bool:
        known, reach = self._known.get(target), self._reach(target[0])
        return (
            known is not None
            and known.state == "live"
            and reach.meets(known.keys[Level.READ], known.inherited)
        )

    def _reach(self, entity: str) -> Reach:
        known = entity in self._work.process.entities or facts_of(entity)
        return self._work.permit(entity).reach(Level.READ) if known else Reach(all=False)


def _wrong(named: Named) -> str:
    what = named.target[0].partition(".")[2].lower()
    return f"{named.within}There is no such {what}, or you may not see it."


async def _own(fetch: Fetch, record: type[Record], ids: Collection[UUID]) -> dict[Name, Standing]:
    """Records of this service."""
    table = record.__tablename__
    text = f'select id, {COLUMNS}, merged_into, {STATE} from "{table}" where id = any($1::uuid[])'  # noqa: S608 - the name is that of a table of ours
    rows = await fetch(text, [list(ids)])
    return {(record.entity, row["id"]): Standing.read(record.entity, row) for row in rows}


def _grouped(names: Iterable[Name]) -> Mapping[str, list[UUID]]:
    grouped: dict[str, list[UUID]] = {}
    for entity, each in sorted(names):
        grouped.setdefault(entity, []).append(each)
    return grouped


def _named(record: Record) -> Iterator[Named]:
    """The records that a new record names, or a changed one names anew."""
    for name in _references(type(record)):
        target = record.target_of(name)
        if not target or _of_the_policy(target):
            continue
        before = _ids(was(record, name))
        for each in _ids(getattr(record, name)):
            if each not in before:
                yield Named(record.id, name, (target, each), name in record.hangs_on)
    for name, kind in parts_in(type(record)).items():
        yield from _named_in_parts(record, name, kind)


@cache
def _of_the_policy(entity: str) -> bool:
    """Who works here, and in which roles and groups, every service knows from the policy."""
    facts = facts_of(entity)
    governs = facts is None or facts.governed_by != Governs.RECORDS
    return governs and entity.startswith(_OWNER_OF_THE_POLICY)


def _named_in_parts(record: Record, name: str, kind: Parts) -> Iterator[Named]:
    for column in kind.row.columns:
        if not isinstance(column.kind, Reference):
            continue
        before = {getattr(part, column.name) for part in was(record, name) or ()}
        for number, part in enumerate(getattr(record, name), start=1):
            target = getattr(part, column.name)
            if target is not None and target not in before:
                within = f"Line {number}: {column.label}: "
                yield Named(
                    record.id, name, (column.kind.target, target), above=False, within=within
                )


@cache
def _references(kind: type[Record]) -> tuple[str, ...]:
    return tuple(
        name
        for name, known in kind.fields.items()
        if isinstance(known.said.kind, Reference | References) and name not in ("id", "owner_id")
    )


def _ids(value: Any) -> Sequence[UUID]:
    """The ids that a field holds; none where it was never set."""
    if isinstance(value, UUID):
        return (value,)
    return value if isinstance(value, list) else ()
