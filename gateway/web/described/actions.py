"""What may be done with a record: each verb of the contract in the words that its entity has for it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from gateway.web.api import Json
from gateway.web.described.fields import Field, spaced
from kit.entity.presentation import Action as Told
from kit.entity.presentation import Ask
from kit.errors import Invalid
from kit.query import Context, Kind, Node, matches, parse


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb as the contract has it."""

    name: str
    label: str
    doc: str = ""
    fields: tuple[Field, ...] = ()
    bulk: bool = False

    @classmethod
    def read(cls, json: Json) -> "Verb":
        fields = tuple(Field.read(each) for each in json.get("fields", ()))
        label = json.get("label") or spaced(json["name"])
        return cls(json["name"], label, json.get("doc", ""), fields, json.get("bulk", False))


@dataclass(frozen=True)
class Action:
    """A verb as a button with its form; the first one offered is the next best step."""

    verb: Verb
    told: Told
    fields: tuple[Field, ...]
    asked: Mapping[str, "Asked"] = field(repr=False, default_factory=dict)

    @property
    def name(self) -> str:
        return self.verb.name

    @property
    def label(self) -> str:
        return self.told.label

    @property
    def doc(self) -> str:
        """What the contract says of a verb for which its entity has no words."""
        return "" if self.told.past else self.verb.doc

    @property
    def path(self) -> str:
        return spaced(self.name).lower().replace(" ", "-")

    @cached_property
    def condition(self) -> Node | None:
        return parse(self.told.when) if self.told.when else None

    def offered(self, record: Json, context: Context) -> bool:
        """Whether the record is in a state for it; the rule itself decides in the service."""
        try:
            return matches(self.condition, self.asked, record, context)
        except Invalid:
            # It asks for a field that this person may not see.
            return True

    def url(self, slug: str, record_id: str) -> str:
        return f"/{slug}/{record_id}/do/{self.path}"


def actions_among(
    told: Iterable[Told], verbs: Iterable[Verb], fields: Iterable[Field]
) -> tuple[Action, ...]:
    """The verbs of an entity: those it has words for in its order, then the rest."""
    by_name, known = {verb.name: verb for verb in verbs}, {each.name: each for each in fields}
    asked = {name: Asked.of(each) for name, each in known.items()}
    first = [each for each in told if each.verb in by_name]
    named = {each.verb for each in first}
    rest = [Told(verb.name, verb.label) for verb in by_name.values() if verb.name not in named]
    return tuple(
        Action(by_name[each.verb], each, tuple(_inputs(each, by_name[each.verb], known)), asked)
        for each in (*first, *rest)
    )


def _inputs(told: Told, verb: Verb, known: Mapping[str, Field]) -> Iterator[Field]:
    """What the form asks for: what the entity's words name, else all that the contract has."""
    inputs = {each.name: each for each in verb.fields}
    if not told.past:
        yield from inputs.values()
    for ask in told.asks:
        if ask.name in inputs:
            yield _worded(inputs[ask.name], ask, known.get(ask.name))


def _worded(given: Field, ask: Ask, own: Field | None) -> Field:
    """An input in the entity's words; without a label of its own it is called like the field."""
    label = ask.label or (own.label if own else given.label)
    required = ask.required or given.required
    return replace(
        given,
        kind="password" if ask.unseen else given.kind,
        label=label,
        help=ask.help,
        initial=ask.initial,
        required=required,
    )


_KINDS = {
    "integer": Kind.INTEGER,
    "year": Kind.INTEGER,
    "decimal": Kind.DECIMAL,
    "money": Kind.DECIMAL,
    "percent": Kind.DECIMAL,
    "boolean": Kind.BOOLEAN,
    "date": Kind.DATE,
    "instant": Kind.INSTANT,
    "reference": Kind.UUID,
    "references": Kind.UUIDS,
    "words": Kind.TEXTS,
    "tags": Kind.TEXTS,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A field as the filter language asks for it; here it decides in memory, so there is no column."""

    name: str
    kind: Kind
    column: Any = None
    choices: tuple[str, ...] = ()
    nullable: bool = True
    holds: None = None
    path: None = None
    means: None = None

    @classmethod
    def of(cls, field: Field) -> "Asked":
        return cls(field.name, _KINDS.get(field.kind, Kind.TEXT))
