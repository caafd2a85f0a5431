"""A record that became others stands again: what goes, what stays and why, before it is done."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.described.actions import Action
from gateway.web.described.entities import Entity
from gateway.web.frame.presenting import Titles
from gateway.web.frame.references import titles_of
from gateway.web.frame.visits import Visit, to
from gateway.web.merging.page import MENDABLE
from gateway.web.pages import OF_RECORD, TheVisit, pages
from gateway.web.record.timeline import who
from gateway.web.words import _, ngettext
from kit.entity.kinds import PERSON
from kit.errors import NotFound, Problem

router = pages(OF_RECORD)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a record stays, in words, and where that is seen."""

    says: str
    title: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one record."""

    label: str
    title: str
    address: str
    what: str
    reasons: Sequence[Reason]
    emptied: str
    kept: str


@router.get("/take-back")
async def show_take_back(visit: TheVisit) -> Response:
    return await _shown(visit)


@router.post("/take-back")
async def take_back(visit: TheVisit) -> Response:
    entity, action = visit.entity, _action(visit)
    try:
        told = await visit.api.verb(entity.slug, visit.record_id, action.name, {})
    except MENDABLE as problem:
        return await _shown(visit, problem)
    said = _("%(verb)s: done.", verb=_(action.label))
    if any(_stays(each) for each in told.get("records", ())):
        said = f"{said} {_('What was changed or used since stays.')}"
    return to(f"/{entity.slug}/{visit.record_id}", said)


def _stays(told: Json) -> bool:
    return told["what"] == "kept" or bool(told.get("kept"))


def _action(visit: Visit) -> Action:
    """The verb by which this entity's records stand again."""
    became = visit.entity.shown.became
    name = became.undone_by if became else ""
    found = next((each for each in visit.entity.actions if each.name == name), None)
    if found is None or not visit.entity.may("edit"):
        raise NotFound
    return found


async def _shown(visit: Visit, problem: Problem | None = None) -> Response:
    entity, action = visit.entity, _action(visit)
    record = await visit.api.get(entity.slug, visit.record_id)
    told: Json = {}
    try:
        told = await visit.api.verb(entity.slug, visit.record_id, action.name, {"dry_run": True})
    except MENDABLE as trouble:
        problem = problem or trouble
    titles = await titles_of(visit.api, _named(visit, told))
    return visit.page(
        "merging/take_back.html",
        problem.status if problem else 200,
        entity=entity,
        record=record,
        title=entity.title_of(record),
        action=action,
        told=told,
        by=who(told.get("by", ""), titles),
        lines=[_line(visit, each, titles) for each in told.get("records", ())],
        problem=problem,
    )


def _named(visit: Visit, told: Json) -> dict[str, set[str]]:
    """Whoever did it, the records that it made, and those that are the reason for one to stay."""
    wanted: dict[str, set[str]] = {PERSON: {told["by"]} if told.get("by") else set()}
    for each in told.get("records", ()):
        for one in (each, *each.get("uses", ())):
            if one.get("id") and visit.catalog.visible(one.get("entity", "")):
                wanted.setdefault(one["entity"], set()).add(one["id"])
    return wanted


def _line(visit: Visit, told: Json, titles: Titles) -> Line:
    entity = visit.catalog.visible(told["entity"])
    return Line(
        label=entity.label if entity else _("Record"),
        title=titles.get((told["entity"], told["id"]), ""),
        address=f"/{entity.slug}/{told['id']}" if entity else "",
        what=told["what"],
        reasons=list(_reasons(visit, entity, told.get("uses", ()), titles)),
        emptied=_labels(entity, told.get("emptied", ())),
        kept=_labels(entity, told.get("kept", ())),
    )


def _labels(entity: Entity | None, names: Iterable[str]) -> str:
    fields = (entity.field(each) for each in names) if entity else ()
    return ", ".join(each.label for each in fields if each)


def _reasons(
    visit: Visit, entity: Entity | None, uses: Sequence[Json], titles: Titles
) -> Iterator[Reason]:
    """What is told one by one, and the changed fields together."""
    changed = [each.get("field", "") for each in uses if each["what"] == "changed"]
    if changed:
        labels = _labels(entity, changed)
        yield Reason(
            _("changed since: %(fields)s", fields=labels) if labels else _("changed since")
        )
    for each in uses:
        if each["what"] == "named":
            yield _naming(visit, each, titles)
        elif said := _SAYS.get((each["what"], each.get("entity", ""))):
            one, many = said
            yield Reason(ngettext(one, many, each["count"]) % {"count": each["count"]})


_SAYS = {
    ("beside", "note"): ("%(count)s note was added", "%(count)s notes were added"),
    ("beside", "file"): ("%(count)s file was added", "%(count)s files were added"),
    ("locked", ""): ("you may not change it", "you may not change it"),
    ("hidden", ""): (
        "%(count)s more reason that you may not see",
        "%(count)s more reasons that you may not see",
    ),
}


def _naming(visit: Visit, told: Json, titles: Titles) -> Reason:
    """The record that names it, by its field."""
    entity = visit.catalog.visible(told["entity"])
    if entity is None:
        return Reason(_("another record names it"))
    field = entity.field(told.get("field", ""))
    title = told.get("title") or titles.get((told["entity"], told["id"])) or entity.label
    says = _(
        "%(label)s names it as %(field)s", label=entity.label, field=field.label if field else ""
    )
    return Reason(says, str(title), f"/{entity.slug}/{told['id']}")
