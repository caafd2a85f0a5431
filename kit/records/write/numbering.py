"""Numbers for people: drawn ahead of writing, so that whoever makes a record is told its number at once."""

from collections.abc import Mapping, Sequence
from functools import cache

from kit.entity import Number, Record
from kit.references.fetch import Fetch

_DRAW = "select nextval($1::text::regclass) as place from generate_series(1, $2::int)"


async def give_numbers(fetch: Fetch, new: Sequence[Record]) -> None:
    """Gives each new record its numbers, in the order in which the records were made."""
    kinds: Sequence[type[Record]] = list(dict.fromkeys(map(type, new)))
    for kind in kinds:
        for name, number in _numbers(kind).items():
            waiting = [each for each in new if type(each) is kind and getattr(each, name) is None]
            if not waiting:
                continue
            rows = await fetch(_DRAW, [f"{kind.__tablename__}_{name}", len(waiting)])
            for record, row in zip(waiting, rows, strict=True):
                setattr(record, name, number.written(row["place"]))


@cache
def _numbers(kind: type[Record]) -> Mapping[str, Number]:
    found = ((name, known.said.kind) for name, known in kind.fields.items())
    return {name: each for name, each in found if isinstance(each, Number)}
