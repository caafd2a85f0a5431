"""Fields as the command line is given them, `name:kind:meaning`, and what they are in each language."""

import keyword
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cli.failure import CommandFailed
from cli.new.names import sentence

FIRST_NUMBER = 10
BASE = frozenset({"id", "version", "owner_id", "created_at", "updated_at", "created_by"})
TAKEN = BASE | {
    *("updated_by", "custom", "json", "keys", "wkeys", "full_keys", "inherited", "search"),
    *("binned_at", "binned_by", "erased_at", "no_bin", "erased_with"),
    *("entity", "label", "plural", "title", "fields", "initial", "presentation", "confidential"),
    *("metadata", "registry", "parent", "parents", "prepare", "check", "changed", "removing"),
    *("audience", "announce", "announced", "importable", "endings"),
}
"""What every record has, so that no field of its own can be called so."""


@dataclass(frozen=True)
class Kind:
    """One kind in the contract, in the model and in a migration."""

    wire: str
    option: str
    python: str
    declared: str
    column: str


KINDS = {
    "text": Kind("string", "", "str", "Text(200)", "Text()"),
    "long_text": Kind("string", "KIND_LONG_TEXT", "str", "LongText()", "Text()"),
    "email": Kind("string", "KIND_EMAIL", "str", "Email()", "Text()"),
    "phone": Kind("string", "KIND_PHONE", "str", "Phone()", "Text()"),
    "url": Kind("string", "KIND_URL", "str", "Url()", "Text()"),
    "boolean": Kind("bool", "", "bool", "Boolean()", "Boolean()"),
    "integer": Kind("int32", "", "int", "Integer()", "Integer()"),
    "decimal": Kind("string", "KIND_DECIMAL", "Decimal", "Decimals()", "Numeric()"),
    "percent": Kind("string", "KIND_PERCENT", "Decimal", "Percent()", "Numeric()"),
    "date": Kind("string", "KIND_DATE", "date", "Day()", "Date()"),
    "instant": Kind("string", "KIND_INSTANT", "datetime", "Instant()", "DateTime(timezone=True)"),
}
_MODULES = {"Decimal": "decimal", "date": "datetime", "datetime": "datetime"}


@dataclass(frozen=True)
class Field:
    """One field of a new entity; the title is the one that must be filled and names the record."""

    name: str
    kind: Kind
    meaning: str
    is_title: bool = False

    @property
    def label(self) -> str:
        return self.name.replace("_", " ").capitalize()

    @property
    def needed(self) -> bool:
        return self.is_title or self.kind.python == "bool"

    def in_contract(self, number: int) -> str:
        option = f" [(crm.v1.kind) = {self.kind.option}]" if self.kind.option else ""
        return f"  // {self.meaning}\n  optional {self.kind.wire} {self.name} = {number}{option};\n"

    def in_model(self) -> str:
        python = self.kind.python if self.needed else f"{self.kind.python} | None"
        more = ", searched=True, listed=True" if self.is_title else ""
        return (
            f"    {self.name}: Mapped[{python}] = "
            f'field({self.kind.declared}, "{self.label}"{more})\n'
        )

    def in_migration(self) -> str:
        return f'        sa.Column("{self.name}", sa.{self.kind.column}, nullable={not self.needed}),\n'

    @property
    def imports(self) -> set[tuple[str, str]]:
        """What the model has to import for it: modules and names."""
        found = {("kit.entity", self.kind.declared.partition("(")[0])}
        if self.kind.python in _MODULES:
            found.add((_MODULES[self.kind.python], self.kind.python))
        return found


def fields_of(title: str, given: Sequence[str]) -> list[Field]:
    """The title and those that are given, checked."""
    named = Field(_name(title), KINDS["text"], "What it is called.", is_title=True)
    found = [named, *map(_field, given)]
    names = [each.name for each in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise CommandFailed(f"Two fields are called {', '.join(sorted(twice))}.")
    return found


def _field(given: str) -> Field:
    name, _, rest = given.partition(":")
    kind, _, meaning = rest.partition(":")
    if kind not in KINDS:
        raise CommandFailed(
            "A field is written name:kind:meaning, as in 'since:date:The first order.'; "
            f"{given!r} is not. The kinds are {', '.join(KINDS)}; others are added by hand "
            "(docs/guide/add-a-field.md)."
        )
    return Field(_name(name), KINDS[kind], sentence(meaning, f"What {name} means"))


def _name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or keyword.iskeyword(name):
        raise CommandFailed(f"A field is called like off_sale_on; {name!r} is not.")
    if name in TAKEN:
        raise CommandFailed(f"Every record has {name!r} already; call the field something else.")
    return name
