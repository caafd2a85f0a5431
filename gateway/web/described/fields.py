"""One field of an entity as pages know it: its name on screen, what it may hold, and how that reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gateway.web.api import Json
from kit.text.folding import typed


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a picklist."""

    value: str
    label: str
    retired: bool = False
    tone: str = ""
    target: str = ""
    group: str = ""


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
    target_field: str = ""
    part_of: str = ""
    # What a reference leads to by the value beside it; without a word here the value itself names it.
    targets: tuple[tuple[str, str], ...] = ()
    # Of a path: the reference whose record it names, and whether it leads to many parts.
    titles: str = ""
    of_parts: bool = False

    @classmethod
    def read(cls, json: Json, language: str = "en") -> "Field":
        known = {name: json[name] for name in _PLAIN if name in json}
        label = (
            json.get("labels", {}).get(language)
            or json.get("label")
            or json["name"].removesuffix("_id").replace("_", " ").capitalize()
        )
        return cls(
            **{**known, "label": label},
            options=tuple(_option(option) for option in json.get("options", ())),
            columns=tuple(cls.read(column) for column in json.get("columns", ())),
        )

    def known_among(self, entities: tuple[Option, ...]) -> "Field":
        """The field as people know it: entities by what they are called."""
        if self.columns:
            columns = tuple(column.known_among(entities) for column in self.columns)
            return replace(self, columns=columns)
        if self.kind == "entity":
            return replace(self, kind="picklist", options=entities, help="")
        if self.kind == "entities":
            return replace(self, kind="words", options=entities)
        return self

    def target_in(self, record: Mapping[str, Any]) -> str:
        """What a reference leads to; where that differs, another field of the record says it."""
        said = str(record.get(self.target_field) or "")
        return self.target or dict(self.targets).get(said, said)

    def option(self, value: Any) -> Option | None:
        return next((each for each in self.options if each.value == value), None)

    def called(self, text: str) -> Option | None:
        """The value that somebody names, as it is shown or stored, whatever case and accents."""
        word = typed(text)
        named = (each for each in self.options if word in (typed(each.label), typed(each.value)))
        return next(named, None)

    def says(self, value: Any) -> str:
        """A value as it is called in the list it was chosen from."""
        found = self.option(value)
        return found.label if found else str(value)

    @property
    def sortable(self) -> bool:
        unordered = {"rows", "references", "words", "tags", "custom", "long_text"}
        return not self.of_parts and self.kind not in unordered

    @property
    def ticked(self) -> bool:
        """Whether its rows are a matrix of yes and no."""
        return any(column.kind == "boolean" for column in self.columns)

    @property
    def summed(self) -> "Field | None":
        """The amount in its rows that follows from the rest of each, and of which people want the sum."""
        amounts = (each for each in self.columns if each.kind == "money" and not each.editable)
        return next(amounts, None)

    @property
    def numeric(self) -> bool:
        return self.kind in {"integer", "decimal", "money", "percent"}


_PLAIN = [
    "name", "kind", "help", "required", "editable", "target", "section", "max_length", "listed",
    "initial", "currency_field", "target_field", "part_of",
]  # fmt: skip


def _option(json: Json) -> Option:
    value = json["value"]
    label = json.get("label") or worded(value)
    said = {name: json[name] for name in ("retired", "tone", "target", "group") if name in json}
    return Option(value, label, **said)


def linked(fields: Sequence[Field]) -> tuple[Field, ...]:
    """Each reference to anything with what the values of the field beside it lead to."""
    by_name = {field.name: field for field in fields}
    return tuple(
        replace(field, targets=_targets(by_name[field.target_field]))
        if field.target_field in by_name
        else field
        for field in fields
    )


def _targets(beside: Field) -> tuple[tuple[str, str], ...]:
    return tuple((option.value, option.target) for option in beside.options if option.target)


def spaced(name: str) -> str:
    """`MoveStage` as people say it: `Move stage`."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
    return words[:1].upper() + words[1:]


def worded(value: str) -> str:
    """A stored value as people read it: `head_office` as `Head office`, `EUR` as it is."""
    return value if value.isupper() else value[:1].upper() + value[1:].replace("_", " ")
