"""The areas of the left rail and what stands in each."""

from dataclasses import dataclass

from gateway.web.described.catalog import Catalog
from gateway.web.described.entities import Entity


@dataclass(frozen=True, slots=True)
class Area:
    """One area; some are a page of their own, the others hold lists."""

    name: str
    label: str
    icon: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the rail: a page under an area."""

    label: str
    href: str
    icon: str
    entity: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """An area with the places in it that the person may open."""

    area: Area
    places: tuple[Place, ...]

    @property
    def href(self) -> str:
        return self.area.page or self.places[0].href


AREAS = (
    Area("home", "Home", "home", page="/"),
    Area("marketing", "Marketing", "megaphone"),
    Area("sales", "Sales", "banknotes"),
    Area("customers", "Customers", "building-office-2"),
    Area("support", "Support", "lifebuoy"),
    Area("calendar", "Calendar", "calendar-days"),
    Area("chat", "Chat", "chat-bubble-left-right", page="/chat"),
    Area("reports", "Reports", "chart-bar"),
    Area("tags", "Tags", "tag", page="/tag-cloud"),
    Area("administration", "Administration", "cog-6-tooth"),
)

_PAGES = {
    "administration": (Place("Room for files", "/file-space", "rectangle-stack"),),
}
"""Places that are no lists, in areas that hold lists; whoever has none of these has none of those."""


def area_of(entity: Entity) -> str:
    """The area in which an entity stands."""
    return entity.shown.area or "home"


def rail(catalog: Catalog) -> list[Section]:
    """The areas with something to open in them."""
    return [
        Section(area, (*map(_place, shown), *(_PAGES.get(area.name, ()) if shown else ())))
        for area in AREAS
        if (shown := _offered(area, catalog)) or area.page
    ]


def _offered(area: Area, catalog: Catalog) -> list[Entity]:
    """Everybody may look up a colleague; the settings stand in the rail of those who keep them."""
    entities = [each for each in catalog if each.shown.area == area.name and each.may("view")]
    kept = area.name != "administration" or any(each.made_by_form for each in entities)
    return entities if kept else []


def _place(entity: Entity) -> Place:
    return Place(entity.plural, f"/{entity.slug}", entity.shown.icon, entity.name)
