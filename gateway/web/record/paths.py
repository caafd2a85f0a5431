"""The way of a record in steps: done, current and ahead; and what it became at its end."""

from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from typing import Any

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field
from gateway.web.frame.presenting import Titles, label_of
from gateway.web.frame.visits import Visit
from gateway.web.lists.steps import OPEN, all_in_order
from gateway.web.record.highlights import Answers, Highlight, answered
from kit.entity.presentation import Became, Path

_STEPS = "path.steps"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: where the record was, is or will be."""

    label: str
    state: str
    href: str = ""
    tone: str = ""


def path_of(visit: Visit) -> Iterator[Highlight]:
    """The path of this page's entity, over a picklist or over the records of a reference."""
    path = visit.entity.shown.path
    field = visit.entity.field(path.field) if path else None
    if path is None or field is None:
        return
    if not field.target:
        yield Highlight(_over_values(path, field), {})
    elif target := visit.catalog.visible(field.target):
        yield Highlight(_over_records(path, field, target), {_STEPS: _records_of(target)})


def became_of(visit: Visit) -> Iterator[Highlight]:
    if became := visit.entity.shown.became:
        yield Highlight(_what_it_became(became), {})


def is_closed(entity: Entity, record: Json) -> bool:
    """Whether a record has become others, so that nothing may be done with it any more."""
    became = entity.shown.became
    return bool(became and record.get(became.when))


def _over_values(path: Path, field: Field) -> Any:
    def shows(visit: Visit, record: Json, _: Answers, __: Titles) -> dict[str, Any]:
        if is_closed(visit.entity, record):
            return {}
        now = str(record.get(field.name) or "")
        ways = [name for name in path.steps if field.option(name)]
        if now and now not in ways:
            ways = [*ways[:-1], now]
        at = ways.index(now) if now else -1
        steps = [Step(label_of(field, each), _state(i - at)) for i, each in enumerate(ways)]
        return {"path_label": field.label, "steps": steps}

    return shows


def _records_of(target: Entity) -> Any:
    def asks(visit: Visit) -> Awaitable[Json]:
        return visit.api.list(target.slug, all_in_order(target))

    return asks


def _over_records(path: Path, field: Field, target: Entity) -> Any:
    def shows(visit: Visit, record: Json, answers: Answers, _: Titles) -> dict[str, Any]:
        ended = record.get(path.ends) or OPEN
        end = ended if ended != OPEN else path.hoped
        found = answered(answers, _STEPS)
        shown = [each for each in found if each.get(path.ends, OPEN) in (OPEN, end)]
        at = next((i for i, each in enumerate(shown) if each["id"] == record.get(field.name)), -1)
        movable = ended == OPEN and visit.entity.may("edit")
        steps = [
            Step(
                target.title_of(each),
                _state(index - at),
                _way_to(visit.entity, path, record, each) if movable and index != at else "",
                "" if each.get(path.ends, OPEN) == OPEN else str(each[path.ends]),
            )
            for index, each in enumerate(shown)
        ]
        return {"path_label": field.label, "steps": steps}

    return shows


def _way_to(entity: Entity, path: Path, record: Json, step: Json) -> str:
    """The form that takes the step; to the end leads a verb of its own."""
    last = step.get(path.ends) == path.hoped
    wanted = path.last if last else path.verb
    action = next((each for each in entity.actions if each.name == wanted), None)
    if action is None:
        return ""
    address = action.url(entity.slug, record["id"])
    return address if last else f"{address}?{path.field}={step['id']}"


def _state(distance: int) -> str:
    return "done" if distance < 0 else "ahead" if distance else "current"


def _what_it_became(became: Became) -> Any:
    def shows(visit: Visit, record: Json, _: Answers, titles: Titles) -> dict[str, Any]:
        if not record.get(became.when):
            return {}
        fields = [
            field
            for name in became.fields
            if (field := visit.entity.field(name)) and record.get(name)
        ]
        cells = [(field, visit.presenter.cell(field, record, titles)) for field in fields]
        undone = next((e for e in visit.entity.actions if e.name == became.undone_by), None)
        return {
            "became": cells,
            "became_says": became.says,
            "became_at": record[became.when],
            "became_undone_by": undone if visit.entity.may("edit") else None,
        }

    return shows
