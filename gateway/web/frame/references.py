"""The names behind the ids in records.

A page that shows records gets them with the records, from whichever service answers; where ids stand
alone, in a form or among those who have access, they are asked for once for each kind of record.
"""

from collections.abc import Iterable

from gateway.web.api import Api, Json
from gateway.web.described.fields import Field
from gateway.web.frame.gather import gather
from gateway.web.frame.presenting import Gone, Titles, is_person
from gateway.web.words import _
from kit.errors import Problem

Wanted = dict[str, set[str]]

WITH_TITLES = {"titles": "true"}
"""What a question adds that wants the names with the records."""


def titles_in(answers: Iterable[Json | Problem]) -> Titles:
    """The titles that came with records, pages of them and their history."""
    told = (
        title
        for each in answers
        if not isinstance(each, Problem)
        for title in (*each.get("titles", ()), *each.get("page", {}).get("titles", ()))
    )
    return {(each["entity"], each["id"]): _named(each["title"], each["state"]) for each in told}


def _named(title: str, state: str) -> str:
    """What was converted or merged is still shown under its id, which leads on; the rest leads nowhere."""
    if state == "live":
        return title
    if state == "merged":
        return f"{title} ({_('merged')})"
    if state == "converted":
        return f"{title} ({_('converted')})"
    return Gone(_("erased") if state == "erased" else f"{title} ({_('deleted')})".strip())


async def titles_for(api: Api, fields: Iterable[Field], records: Iterable[Json]) -> Titles:
    """The titles of every record that these records refer to; those of a stopped service lack."""
    wanted: Wanted = {}
    rows = list(records)
    for field in fields:
        _collect(field, rows, wanted)
    return await titles_of(api, wanted)


async def titles_of(api: Api, wanted: Wanted) -> Titles:
    asked = {
        entity: api.titles(entity, sorted(ids)) for entity, ids in wanted.items() if ids and entity
    }
    answers = await gather(asked)
    return {
        (entity, record_id): _named(title, answer.get("states", {}).get(record_id, "live"))
        for entity, answer in answers.items()
        if not isinstance(answer, Problem)
        for record_id, title in answer["titles"].items()
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
