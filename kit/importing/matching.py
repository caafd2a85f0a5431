"""Which records that are there already a line means, and what it may change of them."""

from collections.abc import Iterator, Sequence
from typing import Any

from kit.custom_fields.filling import filled
from kit.duplicates.candidates import suspects
from kit.duplicates.rules import rules_of
from kit.entity import Level, Record
from kit.errors import Invalid
from kit.importing.mapping.layout import Layout
from kit.importing.mapping.lines import Line
from kit.importing.mapping.plan import FILL, SKIP
from kit.records.write.work import Work
from kit.text.folding import folded, typed

Key = tuple[Any, ...]
"""What a line says in the fields by which records are known."""

_NOTHING: Sequence[Any] = (None, "", [])


class Matches:
    """The records within reach that the lines of one import mean, and those that may be changed."""

    def __init__(self, layout: Layout, on_match: str) -> None:
        self._layout, self._on_match = layout, on_match
        self._record: type[Record] = layout.record
        self._keys = layout.keys
        self._known: dict[Key, list[Record]] = {}
        self._editable: set[Any] = set()

    async def look(self, work: Work, lines: Sequence[Line]) -> None:
        """Finds what the lines mean, in one question for all of them."""
        self._known = await self._found(work, lines) if self._keys else {}
        differing = [
            record.id for line in lines for record in self.meant(line) if self.changes(line, record)
        ]
        self._editable = await self._open(work, differing)

    async def of(self, work: Work, line: Line) -> Sequence[Record]:
        """The records that a line means, those among them that the rules on duplicates find."""
        if not self._layout.by_rules:
            return self.meant(line)
        rules = rules_of(work.process.policy, self._record)
        draft = self._record(**line.filled(self._layout, {}))
        draft.custom = dict(line.custom)
        draft.prepare(work.actor)
        found = await suspects(work, draft, rules.seen(work.permit(self._record).sees))
        self._editable = await self._open(work, [each.record.id for each in found])
        return [each.record for each in found]

    def may_change(self, work: Work, record: Record) -> bool:
        """Whether the person may change a record that a line means, or has just made it."""
        return record.id in self._editable or record in work.pending.new

    async def _open(self, work: Work, ids: Sequence[Any]) -> set[Any]:
        if not ids:
            return set()
        within = self._record.id.in_(ids)
        found = await work.all(self._record, within, level=Level.EDIT, limit=len(ids))
        return {record.id for record in found}

    async def _found(self, work: Work, lines: Sequence[Line]) -> dict[Key, list[Record]]:
        keys = [key for line in lines if (key := self.key(line))]
        where = [
            self._among(name, {key[place] for key in keys}) for place, name in enumerate(self._keys)
        ]
        found: dict[Key, list[Record]] = {}
        if not keys:
            return found
        for record in await work.all(self._record, *where, limit=50 * len(lines)):
            key = tuple(_alike(getattr(record, name)) for name in self._keys)
            found.setdefault(key, []).append(record)
        return found

    def _among(self, name: str, values: set[Any]) -> Any:
        column = getattr(self._record, name)
        same = folded(column) if any(isinstance(each, str) for each in values) else column
        return same.in_(values)

    def key(self, line: Line) -> Key:
        """What stands for the record of a line; nothing where a part of it is not said."""
        key = tuple(_alike(line.values.get(name)) for name in self._keys)
        return () if None in key else key

    def meant(self, line: Line) -> list[Record]:
        """The records of exactly the values of a line, else those that read alike."""
        alike = self._known.get(self.key(line), [])
        said = [line.values.get(name) for name in self._keys]
        exact = [each for each in alike if [getattr(each, name) for name in self._keys] == said]
        return exact or alike

    def one(self, found: Sequence[Record]) -> Record | None:
        """The record that is meant; nobody can say which of several."""
        if len(found) > 1:
            told = "+".join(self._keys) or "duplicate"
            raise Invalid("", {told: f"{len(found)} records have this {told}; give the id."})
        return found[0] if found else None

    def changes(self, line: Line, record: Record) -> dict[str, Any]:
        """The values by which a line changes its record, as the plan has it."""
        if self._on_match == SKIP:
            return {}
        fills = self._on_match == FILL
        changes = {
            name: value
            for name, value in line.filled(self._layout, vars(record)).items()
            if value != (now := getattr(record, name))
            and name not in ("id", *self._keys)
            and not (fills and now not in _NOTHING)
        }
        custom = {**record.custom, **line.custom}
        if fills:
            custom = filled(record.custom, line.custom, self._layout.custom)
        return changes if custom == record.custom else changes | {"custom": custom}

    def apart(self, lines: Sequence[Line]) -> Iterator[list[Line]]:
        """Lines in groups in which no two mean the same record."""
        group: list[Line] = []
        seen: set[Key] = set()
        for line in lines:
            key = self.key(line)
            if key and key in seen:
                yield group
                group, seen = [], set()
            group.append(line)
            seen.add(key)
        if group:
            yield group


def _alike(value: Any) -> Any:
    """A value as it is matched: texts without case and accents, as everywhere."""
    return typed(value) if isinstance(value, str) else value
