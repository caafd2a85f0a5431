"""One value of a list that administrators keep: what it says, and where it is used."""

import re
from collections.abc import Mapping, Sequence

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from kit.actor import Actor
from kit.entity import (
    Boolean,
    Choice,
    Governs,
    Integer,
    Picklist,
    Presentation,
    Record,
    Text,
    field,
)
from kit.errors import Invalid, Refused
from services.parties.model.accounts import Account
from services.parties.model.contacts import Contact
from services.parties.model.leads import Lead

_VALUE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


def _uses() -> dict[str, list[tuple[type[Record], str]]]:
    """Every list with the fields that choose from it, read from the declarations themselves."""
    uses: dict[str, list[tuple[type[Record], str]]] = {}
    for record in (Account, Contact, Lead):
        for name, known in record.fields.items():
            if isinstance(known.said.kind, Choice):
                uses.setdefault(known.said.kind.list, []).append((record, name))
    return uses


def _called(record: type[Record], name: str) -> str:
    return f"{record.plural}: {record.fields[name].said.label}"


USES: Mapping[str, Sequence[tuple[type[Record], str]]] = _uses()
# A list goes by the field that chose from it first, e.g. `Accounts: Industry`.
CALLED: Mapping[str, str] = {name: _called(*uses[0]) for name, uses in USES.items()}


class ChoiceValue(Record):
    """One value that may be chosen in a field, e.g. an industry."""

    __tablename__ = "choice_value"
    entity = "parties.ChoiceValue"
    plural = "Choice values"
    title = "caption"
    default_access = "read"
    governed_by = Governs.CONFIGURATION
    no_bin = (
        "Only a value that no record has can be deleted, and it is made anew as fast as restored."
    )
    presentation = Presentation(
        area="administration",
        rank=170,
        owned=False,
        order_by="list_name, position",
        words={"list_name": CALLED},
    )

    list_name: Mapped[str] = field(
        Picklist(sorted(CALLED)), "List", searched=True, listed=True, editable=False, creatable=True
    )
    value: Mapped[str] = field(
        Text(60), "Value", searched=True, listed=True, editable=False, creatable=True
    )
    caption: Mapped[str] = field(Text(80), "Shown as", searched=True, listed=True, required=False)
    position: Mapped[int] = field(Integer(low=0), "Position", initial=0, listed=True)
    retired: Mapped[bool] = field(
        Boolean(),
        "Retired",
        listed=True,
        help="Records that have it keep it; nobody chooses it anew.",
    )

    __table_args__ = (UniqueConstraint("list_name", "value"),)

    def prepare(self, actor: Actor) -> None:  # noqa: ARG002 - nothing depends on who asks
        self.caption = self.caption or (self.value or "").replace("_", " ").capitalize()

    def check(self) -> None:
        if self.list_name not in USES:
            raise Invalid(
                list_name=f"There is no such list; choose among {', '.join(sorted(USES))}."
            )
        if not _VALUE.fullmatch(self.value or ""):
            raise Invalid(value="Use lower-case letters, digits and underscores, like real_estate.")

    def refuse_loss(self, *, used: bool) -> None:
        """A value that a record has may be retired, never deleted."""
        if used:
            raise Refused(
                "Records have this value, if only in the bin; retire it, and nobody will choose it anew."
            )
