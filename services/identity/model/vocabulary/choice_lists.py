"""The values among which people choose in a field, as administrators word, order and retire them."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy.orm import Mapped

from kit.actor import Actor
from kit.entity import (
    Boolean,
    Governs,
    Part,
    Parts,
    Presentation,
    Record,
    Text,
    field,
    row_field,
)
from kit.entity.tracking import was
from kit.errors import Invalid
from kit.text.english import spoken
from kit.text.folding import fold, typed

MOST = 1_000
_LONGEST = 60
_VALUE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


class ChoiceValue(Part, of="identity.ChoiceList"):
    """One value that may be chosen, e.g. an industry."""

    caption: str = row_field(Text(80), "Shown as", initial="")
    value: str = row_field(
        Text(_LONGEST),
        "Stored as",
        initial="",
        help="Made of what is shown where it is left empty.",
    )
    retired: bool = row_field(
        Boolean(),
        "Retired",
        initial=False,
        help="Records that have it keep it; nobody chooses it anew.",
    )

    def completed(self) -> "ChoiceValue":
        """Either of its two names follows from the other."""
        value = self.value or _stored(self.caption)
        return replace(self, value=value, caption=self.caption or spoken(value))


class ChoiceList(Record):
    """The values among which people choose in a field; records may have each that ever stood in it."""

    __tablename__ = "choice_list"
    entity = "identity.ChoiceList"
    plural = "Choice lists"
    title = "caption"
    default_access = "read"
    governed_by = Governs.CONFIGURATION
    no_bin = "A list goes with the field that chooses from it."
    importable = False
    presentation = Presentation(
        icon="list-bullet", area="administration", rank=170, owned=False, order_by="caption"
    )

    caption: Mapped[str] = field(Text(160), "Used for", searched=True, listed=True, editable=False)
    name: Mapped[str] = field(
        Text(120), "Name", searched=True, listed=True, unique=True, editable=False
    )
    service: Mapped[str] = field(Text(40), "Service", listed=True, editable=False)
    values: Mapped[list[ChoiceValue]] = field(
        Parts(ChoiceValue, most=MOST),
        "Values",
        section="Values",
        help="People choose in this order. What records may have is retired, and not taken away.",
    )

    def prepare(self, actor: Actor) -> None:  # noqa: ARG002 - nothing depends on who asks
        self.values = [each.completed() for each in self.values]

    def check(self) -> None:
        wrong = _ill_formed(self.values) or _doubled(self.values) or self._taken_away()
        if wrong:
            raise Invalid(values=wrong)

    def _taken_away(self) -> str:
        """Nobody here knows which records have a value, so each of them stays."""
        there = {each.value for each in self.values}
        gone = [each for each in was(self, "values") or () if each.value not in there]
        if not gone:
            return ""
        told = f"Records may have {gone[0].value!r} ({gone[0].caption})"
        return f"{told}: leave it as it is stored, and retire it."

    def declare(self, caption: str, values: Iterable[ChoiceValue]) -> None:
        """Adds what the program has come to know; what an administrator made of the rest stays."""
        self.caption = caption
        known = {each.value for each in self.values}
        for each in values:
            if each.value not in known:
                self.values = [*self.values, _told_apart(each, self.values)]


def _stored(caption: str) -> str:
    return "_".join(re.findall("[a-z0-9]+", fold(caption)))[:_LONGEST].strip("_")


def _ill_formed(values: Sequence[ChoiceValue]) -> str:
    for number, each in enumerate(values, start=1):
        if not _VALUE.fullmatch(each.value):
            told = "use lower-case letters, digits and underscores, like real_estate."
            return f"Line {number}: Stored as: {told}"
    return ""


def _doubled(values: Sequence[ChoiceValue]) -> str:
    """What people could not tell apart, and a file could not either."""
    for said in ("value", "caption"):
        names = [typed(getattr(each, said)) for each in values]
        twice = {name for name, times in Counter(names).items() if times > 1}
        for number, name in enumerate(names, start=1):
            if name in twice and names.index(name) < number - 1:
                return _stands_twice(number, said, getattr(values[number - 1], said))
    return ""


def _stands_twice(number: int, said: str, text: str) -> str:
    label = next(each.label for each in ChoiceValue.columns if each.name == said)
    return f"Line {number}: {label}: {text!r} stands in the list already; take another word."


def _told_apart(value: ChoiceValue, others: Iterable[ChoiceValue]) -> ChoiceValue:
    """The value, shown as no other is: an administrator may have taken its words for one before."""
    if typed(value.caption) not in {typed(each.caption) for each in others}:
        return value
    return replace(value, caption=f"{value.caption} ({value.value})")
