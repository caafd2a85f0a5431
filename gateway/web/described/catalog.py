"""Every entity that the caller may see, and which of them point at one another."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field, Option
from gateway.web.described.paths import with_paths

_STAMPS = {"owner_id", "created_by", "updated_by"}


@dataclass(frozen=True, slots=True)
class Related:
    """Records of another entity that point at this one."""

    entity: Entity
    field: Field

    @property
    def key(self) -> str:
        return f"{self.entity.slug}.{self.field.name}"

    def filter(self, record_id: str) -> str:
        """Those that name one record, or something that hangs on it."""
        if self.field.name in self.entity.shown.touches:
            return f'touches:"{record_id}"'
        sign = ":" if self.field.kind == "references" else " = "
        return f'{self.field.name}{sign}"{record_id}"'


_GOVERNING = (
    Option("*", "Everything"),
    Option("configuration", "What sets the organisation up"),
    Option("access", "People and their access"),
)
"""What a profile may say of entities that it does not name."""


class Catalog:
    """Every entity that the caller may see."""

    def __init__(self, description: Json, language: str = "en") -> None:
        told = description.get("entities", ())
        names = tuple(Option(json["entity"], json["plural"]) for json in told)
        names = (*sorted(names, key=lambda option: option.label), *_GOVERNING)
        alone = {json["entity"]: Entity.read(json, names, language) for json in told}
        joined = (with_paths(alone[json["entity"]], json.get("paths", ()), alone) for json in told)
        self._entities = sorted(joined, key=lambda each: each.shown.rank)
        self._by_slug = {entity.slug: entity for entity in self._entities}
        self._by_name = {entity.name: entity for entity in self._entities}

    def __iter__(self) -> Iterator[Entity]:
        """In their order: what people look for first comes first."""
        return iter(self._entities)

    def by_slug(self, slug: str) -> Entity | None:
        return self._by_slug.get(slug)

    def by_name(self, name: str) -> Entity | None:
        return self._by_name.get(name)

    def visible(self, name: str) -> Entity | None:
        """The entity, as long as its records may be seen."""
        found = self._by_name.get(name)
        return found if found and found.may("view") else None

    def related(self, target: Entity) -> list[Related]:
        """Who points at records of an entity, by the first reference of each that makes a tab."""
        found = (_pointer(entity, target) for entity in self._entities if _has_tabs(entity))
        return [each for each in found if each]


def _has_tabs(entity: Entity) -> bool:
    return entity.may("view") and bool(entity.shown.area)


def _pointer(entity: Entity, target: Entity) -> Related | None:
    tabs = entity.shown.tabs
    fields = [field for field in entity.fields if tabs.get(field.name, field.label)]
    straight = (field for field in fields if points(field, target))
    among = (field for field in fields if points(field, target, "references"))
    anything = (field for field in fields if _may_name(field, entity, target))
    field = next(straight, None) or next(among, None) or next(anything, None)
    return Related(entity, field) if field else None


def points(field: Field, target: Entity, kind: str = "reference") -> bool:
    """Whether a field is worth a related list: a reference that people set, not a mere stamp."""
    return field.target == target.name and field.kind == kind and field.name not in _STAMPS


def _may_name(field: Field, entity: Entity, target: Entity) -> bool:
    """Whether it may name a record of any entity; people's work is meant, not the settings."""
    if not field.target_field or not target.shown.owned:
        return False
    beside = entity.field(field.target_field)
    return beside is not None and beside.option(target.name) is not None
