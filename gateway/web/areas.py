"""The areas of the left rail and which entities stand in each."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.web.entities import Catalog, Entity


@dataclass(frozen=True, slots=True)
class Area:
    """One area: its entities come in this order, others of its services after them."""

    name: str
    label: str
    icon: str
    entities: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
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
    Area("marketing", "Marketing", "megaphone", ("campaigns.Campaign",), ("campaigns",)),
    Area(
        "sales",
        "Sales",
        "banknotes",
        ("parties.Lead", "sales.Opportunity", "sales.Product"),
        ("sales",),
    ),
    Area(
        "customers",
        "Customers",
        "building-office-2",
        ("parties.Account", "parties.Contact"),
        ("parties",),
    ),
    Area("support", "Support", "lifebuoy", ("helpdesk.Ticket",), ("helpdesk",)),
    Area(
        "calendar",
        "Calendar",
        "calendar-days",
        ("scheduling.Activity", "scheduling.Resource", "scheduling.Booking"),
        ("scheduling",),
    ),
    Area("chat", "Chat", "chat-bubble-left-right", page="/chat"),
    Area(
        "administration",
        "Administration",
        "cog-6-tooth",
        ("identity.Person", "identity.Role", "identity.Profile", "identity.Group"),
        ("identity",),
    ),
)

# Configuration lives with the administrators, whichever service keeps it.
SETTINGS = ("sales.Stage", "parties.ChoiceValue")
# These are parts of other pages: nobody goes looking for a list of them.
INSIDE = ("chat.Room", "chat.Message", "sales.StageChange", "parties.Conversion")

ICONS = {
    "parties.Lead": "user-plus",
    "parties.Account": "building-office-2",
    "parties.Contact": "identification",
    "sales.Opportunity": "briefcase",
    "sales.Product": "cube",
    "sales.Stage": "flag",
    "campaigns.Campaign": "megaphone",
    "campaigns.Member": "user-group",
    "helpdesk.Ticket": "ticket",
    "scheduling.Activity": "clipboard-document-list",
    "scheduling.Resource": "truck",
    "scheduling.Booking": "calendar",
    "identity.Person": "user",
    "identity.Role": "queue-list",
    "identity.Profile": "shield-check",
    "identity.Group": "users",
    "identity.SharingRule": "share",
    "identity.Client": "key",
}


def icon_of(entity: str) -> str:
    return ICONS.get(entity, "rectangle-stack")


def area_of(entity: Entity) -> str:
    """The area in which an entity stands."""
    if entity.name in SETTINGS:
        return "administration"
    named = (area.name for area in AREAS if entity.name in area.entities)
    served = (area.name for area in AREAS if entity.service in area.services)
    return next(named, None) or next(served, "home")


def rail(catalog: Catalog) -> list[Section]:
    """The areas with something to open in them."""
    sections = (Section(area, tuple(_places(area, catalog))) for area in AREAS)
    return [section for section in sections if section.area.page or _worth(section, catalog)]


def _worth(section: Section, catalog: Catalog) -> bool:
    """Everybody may look up a colleague; the settings stand in the rail of those who keep them."""
    if section.area.name != "administration":
        return bool(section.places)
    kept = (catalog.by_name(name) for name in section.area.entities)
    return any(entity and entity.may("edit") for entity in kept)


def _places(area: Area, catalog: Catalog) -> Iterator[Place]:
    shown = [entity for entity in catalog if _stands_in(entity, area)]
    shown.sort(key=lambda entity: _rank(entity, area))
    for entity in shown:
        yield Place(entity.plural, f"/{entity.slug}", icon_of(entity.name), entity.name)


def _stands_in(entity: Entity, area: Area) -> bool:
    return entity.may("view") and entity.name not in INSIDE and area_of(entity) == area.name


def _rank(entity: Entity, area: Area) -> int:
    return area.entities.index(entity.name) if entity.name in area.entities else len(area.entities)
