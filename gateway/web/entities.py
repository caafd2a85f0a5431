"""What the pages know about an entity: the answer of `Describe`, typed and easy to ask."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gateway.web.api import Json

_STANDARD = {"id", "version", "created_at", "updated_at", "created_by", "updated_by"}
# To whom access is given, and where to look for them.
PRINCIPALS = {
    "person": "identity.Person",
    "role": "identity.Role",
    "role_and_below": "identity.Role",
    "group": "identity.Group",
}
# Records without a name of their own are called after what they join.
_NAMED_AFTER = {"campaigns.Member": ("contact_id", "lead_id")}


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a picklist."""

    value: str
    label: str
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name in the contract, its name on screen and what it may hold."""

    name: str
    label: str
    kind: str = "text"
    help: str = ""
    required: bool = False
    editable: bool = True
    options: tuple[Option, ...] = ()
    target: str = ""
    section: str = ""
    max_length: int = 0
    columns: tuple["Field", ...] = ()
    listed: bool = False
    initial: str = ""
    currency_field: str = ""

    @classmethod
    def read(cls, json: Json) -> "Field":
        known = {name: json[name] for name in _PLAIN if name in json}
        label = json.get("label") or json["name"].removesuffix("_id").replace("_", " ").capitalize()
        return cls(
            **{**known, "label": label},
            options=tuple(_option(option) for option in json.get("options", ())),
            columns=tuple(cls.read(column) for column in json.get("columns", ())),
        )

    def known_among(self, entities: tuple[Option, ...]) -> "Field":
        """The field as people know it: entities by what they are called, actors by their names."""
        if self.columns:
            return replace(
                self, columns=tuple(column.known_among(entities) for column in self.columns)
            )
        if self.kind == "entity":
            return replace(self, kind="picklist", options=entities, help="")
        return self

    def target_in(self, record: Mapping[str, Any]) -> str:
        """What a reference leads to; where it may be anything, the record says it beside it."""
        said = (str(record[name]) for name in self.partners if record.get(name))
        return self.target or next((PRINCIPALS.get(each, each) for each in said), "")

    @property
    def partners(self) -> tuple[str, ...]:
        """The fields that may say to which entity a reference to anything leads."""
        if self.kind != "reference" or self.target or self.name == "id":
            return ()
        stem = self.name.removesuffix("_id")
        return (f"{stem}_entity", f"{stem}_kind")

    def says(self, value: Any) -> str:
        """A value as it is called in the list it was chosen from."""
        return next((each.label for each in self.options if each.value == value), str(value))

    @property
    def sortable(self) -> bool:
        return self.kind not in {"rows", "references", "words", "custom", "long_text"}

    @property
    def numeric(self) -> bool:
        return self.kind in {"integer", "decimal", "money", "percent"}


_PLAIN = [
    "name", "kind", "help", "required", "editable", "target", "section", "max_length", "listed",
    "initial", "currency_field",
]  # fmt: skip


def _option(json: Json) -> Option:
    value = json["value"]
    label = json.get("label") or worded(value)
    return Option(value, label, retired=json.get("retired", False))


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that may be done with a record beside changing its fields."""

    name: str
    label: str
    doc: str = ""
    fields: tuple[Field, ...] = ()

    @classmethod
    def read(cls, json: Json) -> "Verb":
        fields = tuple(Field.read(field) for field in json.get("fields", ()))
        label = json.get("label") or spaced(json["name"])
        return cls(json["name"], label, json.get("doc", ""), fields)

    @property
    def path(self) -> str:
        return spaced(self.name).lower().replace(" ", "-")


@dataclass(frozen=True, slots=True)
class Entity:
    """One kind of record, as far as the caller may see it."""

    name: str
    label: str
    plural: str
    doc: str
    title_field: str
    fields: tuple[Field, ...]
    rights: frozenset[str]
    verbs: tuple[Verb, ...]
    path: str = ""

    @classmethod
    def read(cls, json: Json, entities: tuple[Option, ...] = ()) -> "Entity":
        fields = (Field.read(field) for field in json.get("fields", ()))
        return cls(
            name=json["entity"],
            label=json["label"],
            plural=json["plural"],
            doc=json.get("doc", ""),
            title_field=json.get("title_field", "name"),
            fields=tuple(field.known_among(entities) for field in fields),
            rights=frozenset(json.get("rights", ())),
            verbs=tuple(Verb.read(verb) for verb in json.get("verbs", ())),
            path=json.get("path", ""),
        )

    @property
    def slug(self) -> str:
        """The name in addresses, of the API as of the pages: `sharing-rules`."""
        return self.path or self.plural.lower().replace(" ", "-")

    @property
    def service(self) -> str:
        return self.name.partition(".")[0]

    def may(self, right: str) -> bool:
        return right in self.rights

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)

    def has(self, *names: str) -> bool:
        return all(self.field(name) for name in names)

    def own_fields(self) -> list[Field]:
        """The fields that the entity is about and then its owner, without the stamps."""
        own = [field for field in self.fields if field.name not in _STANDARD]
        return sorted(own, key=lambda field: field.name == "owner_id")

    def listed(self) -> list[Field]:
        """The title first, then the few that a list shows at first."""
        chosen = [field for field in self.own_fields() if field.listed]
        if not chosen:
            chosen = [field for field in self.own_fields() if field.sortable][:5]
        first, *others = self.named_after or (self.title_field,)
        title = self.field(first)
        rest = [field for field in chosen if field is not title and field.name not in others]
        return [title, *rest] if title else rest

    def sections(self, fields: Iterable[Field]) -> dict[str, list[Field]]:
        """Fields by section, in the order in which the sections first appear."""
        found: dict[str, list[Field]] = {}
        for field in fields:
            found.setdefault(field.section or "Details", []).append(field)
        return found

    def money(self) -> Field | None:
        """The amount that a list of these adds up."""
        return next((field for field in self.listed() if field.kind == "money"), None)

    @property
    def named_after(self) -> tuple[str, ...]:
        """The references by whose titles a record goes that has no name."""
        return _NAMED_AFTER.get(self.name, ())

    def naming(self) -> list[Field]:
        return [field for field in map(self.field, self.named_after) if field]

    def title_of(self, record: Json, titles: Mapping[tuple[str, str], str] | None = None) -> str:
        """What a record is called; a new or nameless one after what it is."""
        for field in self.naming():
            if named := (titles or {}).get((field.target, record.get(field.name) or "")):
                return named
        value: Any = record.get(self.title_field)
        if value in (None, "", []):
            return self.label
        title = self.field(self.title_field)
        return title.says(value) if title else str(value)


@dataclass(frozen=True, slots=True)
class Related:
    """Records of another entity that point at this one."""

    entity: Entity
    field: Field

    @property
    def key(self) -> str:
        return f"{self.entity.slug}.{self.field.name}"


class Catalog:
    """Every entity that the caller may see."""

    def __init__(self, description: Json) -> None:
        told = description.get("entities", ())
        names = tuple(Option(json["entity"], json["plural"]) for json in told)
        names = (*sorted(names, key=lambda option: option.label), Option("*", "Everything"))
        self._entities = [Entity.read(json, names) for json in told]
        self._by_slug = {entity.slug: entity for entity in self._entities}
        self._by_name = {entity.name: entity for entity in self._entities}

    def __iter__(self) -> Iterator[Entity]:
        return iter(self._entities)

    def by_slug(self, slug: str) -> Entity | None:
        return self._by_slug.get(slug)

    def by_name(self, name: str) -> Entity | None:
        return self._by_name.get(name)

    def related(self, target: Entity) -> list[Related]:
        """Who points at records of an entity, first pointer of each only."""
        found: dict[str, Related] = {}
        for entity in self._entities:
            for field in entity.fields:
                if entity.may("view") and points(field, target) and entity.name not in found:
                    found[entity.name] = Related(entity, field)
        return list(found.values())


def points(field: Field, target: Entity) -> bool:
    """Whether a field is worth a related list: a reference that people set, not a mere stamp."""
    stamps = {"owner_id", "created_by", "updated_by"}
    return field.target == target.name and field.kind == "reference" and field.name not in stamps


def spaced(name: str) -> str:
    """`MoveStage` as people say it: `Move stage`."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
    return words[:1].upper() + words[1:]


def worded(value: str) -> str:
    """A stored value as people read it: `head_office` as `Head office`, `EUR` as it is."""
    return value if value.isupper() else value[:1].upper() + value[1:].replace("_", " ")
