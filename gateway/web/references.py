"""The names behind the ids in records, asked for once for each kind of record."""

from collections.abc import Iterable

from gateway.web.api import Api, Json
from gateway.web.entities import Field
from gateway.web.presenting import Titles
from gateway.web.together import together
from kit.errors import Problem


async def titles_for(api: Api, fields: Iterable[Field], records: Iterable[Json]) -> Titles:
    """The titles of every record that these records refer to; those of a stopped service lack."""
    wanted: dict[str, set[str]] = {}
    rows = list(records)
    for field in fields:
        _collect(field, rows, wanted)
    return await titles_of(api, wanted)


async def titles_of(api: Api, wanted: dict[str, set[str]]) -> Titles:
    asked = {entity: api.titles(entity, sorted(ids)) for entity, ids in wanted.items() if ids}
    answers = await together(asked)
    return {
        (entity, record_id): title
        for entity, answer in answers.items()
        if not isinstance(answer, Problem)
        for record_id, title in answer.items()
    }


def _collect(field: Field, rows: Iterable[Json], wanted: dict[str, set[str]]) -> None:
    for row in rows:
        value = row.get(field.name)
        if not value:
            continue
        if field.kind == "reference":
            wanted.setdefault(field.target, set()).add(str(value))
        elif field.kind == "references":
            wanted.setdefault(field.target, set()).update(map(str, value))
        elif field.kind == "rows":
            for column in field.columns:
                _collect(column, value, wanted)
