"""The names behind the ids in records, asked for once for each kind of record."""

from collections.abc import Iterable

from gateway.web.api import Api, Json
from gateway.web.described.fields import Field
from gateway.web.frame.gather import gather
from gateway.web.frame.presenting import Titles, is_person
from kit.errors import Problem

Wanted = dict[str, set[str]]


async def titles_for(api: Api, fields: Iterable[Field], records: Iterable[Json]) -> Titles:
    """The titles of every record that these records refer to; those of a stopped service lack."""
    wanted: Wanted = {}
    collect(fields, records, wanted)
    return await titles_of(api, wanted)


def collect(fields: Iterable[Field], records: Iterable[Json], wanted: Wanted) -> None:
    """Adds what these records refer to, so that one question answers for many parts of a page."""
    rows = list(records)
    for field in fields:
        _collect(field, rows, wanted)


async def titles_of(api: Api, wanted: Wanted) -> Titles:
    asked = {
        entity: api.titles(entity, sorted(ids)) for entity, ids in wanted.items() if ids and entity
    }
    answers = await gather(asked)
    return {
        (entity, record_id): title
        for entity, answer in answers.items()
        if not isinstance(answer, Problem)
        for record_id, title in answer.items()
    }


def _collect(field: Field, rows: Iterable[Json], wanted: Wanted) -> None:
    for row in rows:
        value = row.get(field.name)
        if not value:
            continue
        if field.kind == "reference" or (field.kind == "actor" and is_person(str(value))):
            wanted.setdefault(field.target_in(row), set()).add(str(value))
        elif field.kind == "references":
            wanted.setdefault(field.target, set()).update(map(str, value))
        elif field.kind == "rows":
            for column in field.columns:
                _collect(column, value, wanted)
