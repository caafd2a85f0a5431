"""The views that people keep: read for tabs and addresses, never more than what may be seen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.frame.visits import Visit
from kit.errors import NotFound, Problem

SAVED_VIEW, DEFAULT_VIEW = "identity.SavedView", "identity.DefaultView"
# As many tabs as anybody looks through; the rest stands in the list of saved views.
MOST = "50"
TABLE, BOARD, CALENDAR = SHAPES = ("table", "board", "calendar")


@dataclass(frozen=True, slots=True)
class Question:
    """What a list is asked for, and how it is shown: what a view keeps."""

    NAMES: ClassVar = ("filter", "order_by", "columns", "group_by", "shape")

    filter: str = ""
    order_by: str = ""
    columns: tuple[str, ...] = ()
    group_by: str = ""
    shape: str = TABLE

    @classmethod
    def asked(cls, visit: Visit) -> "Question":
        """As the address says it."""
        shape = visit.asked("shape")
        return cls(
            visit.asked("filter").strip(),
            visit.asked("order_by").strip(),
            tuple(visit.request.query_params.getlist("columns")),
            visit.asked("group_by"),
            shape if shape in SHAPES else TABLE,
        )

    def pairs(self) -> Iterator[tuple[str, str]]:
        """As addresses and forms carry it."""
        yield "filter", self.filter
        yield "order_by", self.order_by
        yield from (("columns", name) for name in self.columns)
        yield "group_by", self.group_by
        yield "shape", self.shape if self.shape != TABLE else ""


NOTHING = Question()
"""Everything, as the entity shows it by itself."""


@dataclass(frozen=True, slots=True)
class Saved:
    """One saved view."""

    id: str
    name: str
    description: str
    version: int
    owner_id: str
    question: Question

    @classmethod
    def read(cls, json: Json) -> "Saved":
        question = Question(
            json.get("filter") or "",
            json.get("order_by") or "",
            tuple(json.get("columns") or ()),
            json.get("group_by") or "",
            json.get("shape") or TABLE,
        )
        described, owner = json.get("description") or "", json.get("owner_id") or ""
        return cls(json["id"], json["name"], described, json["version"], owner, question)

    def url(self, entity: Entity) -> str:
        return f"/{entity.slug}?view={self.id}"


@dataclass(frozen=True, slots=True)
class Default:
    """A person's own choice, which may lead to a view that is gone."""

    id: str
    version: int
    view_id: str


async def the_view(visit: Visit, key: str) -> Saved | None:
    """The saved view that an address names, or None for a built-in one."""
    kept = keeper(visit)
    if not (kept and _is_id(key)):
        return None
    found = await visit.api.get(kept.slug, key)
    if found["entity_name"] != visit.entity.name:
        raise NotFound
    return Saved.read(found)


def keeper(visit: Visit) -> Entity | None:
    """The entity of saved views, for whoever may have any."""
    return visit.catalog.visible(SAVED_VIEW)


def of_list(entity: Entity) -> str:
    """The views and defaults of one list."""
    return f'entity_name = "{entity.name}"'


async def views_kept(visit: Visit) -> Sequence[Saved]:
    """The person's own of the list at hand, and those shared with her, by name.

    What whoever stands above others sees beside these stands in the list of saved views.
    """
    if not (kept := keeper(visit)):
        return ()
    theirs = "(owner_id = me() OR shared_with_me = true)"
    asked = {"filter": f"{of_list(visit.entity)} AND {theirs}", "order_by": "name"}
    found = await visit.api.list(kept.slug, {**asked, "page_size": MOST})
    return [Saved.read(each) for each in found["items"]]


async def default_of(visit: Visit) -> Default | None:
    """With which view the person's list opens."""
    if not (kept := visit.catalog.visible(DEFAULT_VIEW)):
        return None
    own = f"{of_list(visit.entity)} AND owner_id = me()"
    for each in (await visit.api.list(kept.slug, {"filter": own, "page_size": "1"}))["items"]:
        return Default(each["id"], each["version"], each["view_id"])
    return None


async def opened_with(visit: Visit, default: Default, among: Sequence[Saved]) -> Saved | None:
    """The view of a default as far as it is still there, and still theirs to see."""
    if found := next((each for each in among if each.id == default.view_id), None):
        return found
    try:
        return await the_view(visit, default.view_id)
    except Problem:
        return None


def _is_id(key: str) -> bool:
    try:
        return str(UUID(key)) == key
    except ValueError:
        return False
