"""What the pages know about an entity: the answer of `Describe`, typed and easy to ask."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import convert

from gateway.web.api import Json
from gateway.web.described.actions import Action, Verb, actions_among
from gateway.web.described.fields import Field, Option, linked
from gateway.web.words import _
from kit.entity.presentation import Presentation

_STANDARD = {"id", "version", "created_at", "updated_at", "created_by", "updated_by"}


# One object in each catalogue stands for one entity; two are never compared by what they hold.
@dataclass(frozen=True, slots=True, eq=False)
class Entity:
    """One kind of record, as far as the caller may see it."""

    name: str
    label: str
    plural: str
    doc: str
    title_field: str
    fields: tuple[Field, ...]
    rights: frozenset[str]
    methods: frozenset[str]
    shown: Presentation
    actions: tuple[Action, ...]
    path: str = ""
    no_bin: str = ""
    paths: tuple[Field, ...] = ()
    takes_notes: bool = False
    takes_files: bool = False
    has_duplicates: bool = False
    headings: tuple[tuple[str, Mapping[str, str]], ...] = ()

    @classmethod
    def read(cls, json: Json, entities: tuple[Option, ...] = (), language: str = "en") -> "Entity":
        told = (Field.read(each, language) for each in json.get("fields", ()))
        fields = linked([each.known_among(entities) for each in told])
        shown = convert(json.get("presentation", {}), Presentation)
        return cls(
            name=json["entity"],
            label=json["label"],
            plural=json["plural"],
            doc=json.get("doc", ""),
            title_field=json.get("title_field", "name"),
            fields=fields,
            rights=frozenset(json.get("rights", ())),
            methods=frozenset(json.get("methods", ())),
            shown=shown,
            actions=actions_among(
                shown.actions, [Verb.read(each) for each in json.get("verbs", ())], fields
            ),
            path=json.get("path", ""),
            no_bin=json.get("no_bin", ""),
            takes_notes=json.get("takes_notes", False),
            takes_files=json.get("takes_files", False),
            has_duplicates=json.get("has_duplicates", False),
            headings=tuple((each["system"], each["paths"]) for each in json.get("headings", ())),
        )

    @property
    def merges(self) -> bool:
        """Whether the caller may make one record of several, if he reaches them."""
        return self.has_duplicates and self.may("edit") and self.may("delete")

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

    def askable(self, name: str) -> Field | None:
        """A field that lists may be asked for: of its own, of what it refers to, or of its parts."""
        return self.field(name) or next((each for each in self.paths if each.name == name), None)

    def order_of(self, field: Field) -> str:
        """What sorts a column as people read it: a reference goes by the name of its record."""
        named = (each.name for each in self.paths if each.titles == field.name)
        return next(named, field.name)

    @property
    def made_by_form(self) -> bool:
        """Whether menus offer to make one: parts of other pages are made there."""
        return self.may("create") and bool(self.shown.area)

    @property
    def changed_by_form(self) -> bool:
        return self.may("edit") and "Update" in self.methods

    @property
    def has_bin(self) -> bool:
        """Whether the caller may delete such records, and take them back."""
        return self.may("delete") and not self.no_bin

    def own_fields(self) -> list[Field]:
        """The fields that the entity is about and then who has it, without the stamps."""
        own = [field for field in self.fields if field.name not in _STANDARD]
        return sorted(own, key=lambda field: ("owner_id", "private").count(field.name))

    def listed(self) -> list[Field]:
        """The title first, then the few that a list shows at first."""
        chosen = [field for field in self.own_fields() if field.listed]
        if not chosen:
            chosen = [field for field in self.own_fields() if field.sortable][:5]
        first, *others = self.shown.named_after or (self.title_field,)
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

    def naming(self) -> list[Field]:
        """The references by whose titles a record goes that has no name."""
        return [field for field in map(self.field, self.shown.named_after) if field]

    def title_of(self, record: Json, titles: Mapping[tuple[str, str], str] | None = None) -> str:
        """What a record is called; a new or nameless one after what it is."""
        naming = [field for field in self.naming() if record.get(field.name)]
        for field in naming:
            if named := (titles or {}).get((field.target, record[field.name])):
                return named
        if naming and titles is not None:
            return _("Not visible to you")
        value: Any = record.get(self.title_field)
        if value in (None, "", []):
            return self.label
        title = self.field(self.title_field)
        return title.says(value) if title else str(value)
