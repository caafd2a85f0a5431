"""The labels that all records share: what each is called, how it is stored, and what it became."""

import re
from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.actor import Actor
from kit.entity import Boolean, Picklist, Presentation, Record, Reference, Text, field
from kit.entity.presentation import Action, Ask
from kit.errors import Invalid, Refused
from kit.text.folding import fold
from services.identity.model.vocabulary.tag_categories import TONES, Tone

MOST = 5_000
"""Tags of an organisation: every process knows them all."""
LONGEST = 60
_VALUE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


class Tag(Record):
    """A label by which people pool records of any kind."""

    __tablename__ = "tag"
    entity = "identity.Tag"
    plural = "Tags"
    default_access = "read"
    no_bin = "A tag is retired or merged: nobody here knows which records have it."
    importable = False
    presentation = Presentation(
        icon="tag",
        area="tags",
        rank=10,
        owned=False,
        order_by="name",
        tones={"tone": TONES},
        actions=(
            Action(
                "Merge",
                "Merge",
                icon="arrows-right-left",
                when="merged_into_id = null",
                past="merged this into another tag",
                asks=(
                    Ask(
                        "into_id",
                        "Into",
                        help="Every record that has this tag will have that one instead.",
                        required=True,
                    ),
                ),
            ),
        ),
    )

    name: Mapped[str] = field(Text(LONGEST), "Name", searched=True, listed=True, unique=True)
    category_id: Mapped[UUID | None] = field(
        Reference("identity.TagCategory", here=True), "Category", listed=True, index=True
    )
    tone: Mapped[str | None] = field(
        Picklist(Tone), "Colour", listed=True, help="That of its category where it has none."
    )
    retired: Mapped[bool] = field(
        Boolean(),
        "Retired",
        initial=False,
        listed=True,
        help="Records that have it keep it; nobody chooses it anew.",
    )
    value: Mapped[str] = field(
        Text(LONGEST),
        "Stored as",
        unique=True,
        required=False,
        initial="",
        editable=False,
        creatable=True,
        part_of="name",
        help="What records, filters and files say; made of the name where it is left empty.",
    )
    merged_into_id: Mapped[UUID | None] = field(
        Reference("identity.Tag", here=True), "Merged into", editable=False, index=True
    )

    def prepare(self, actor: Actor) -> None:  # noqa: ARG002 - nothing depends on who asks
        self.value = self.value or stored(self.name or "") or self._by_number()

    def _by_number(self) -> str:
        """Of a name without any letter that everybody can type."""
        return f"tag_{self.id.hex[-12:]}"

    def told_apart(self) -> None:
        """Is stored by a number as well, where another of almost the same name came first."""
        self.value = f"{stored(self.name)[:40].strip('_')}_{self.id.hex[-12:]}"

    def check(self) -> None:
        if not _VALUE.fullmatch(self.value):
            raise Invalid(value="Use lower-case letters, digits and underscores, like key_account.")
        if re.search("[,;]", self.name):
            raise Invalid(name="Leave out commas and semicolons: they part one tag from the next.")

    def merge(self, into: "Tag") -> None:
        """Becomes another tag, for good: what this one is called leads there from now on."""
        if self.merged_into_id is not None:
            raise Refused("This tag was merged already; go on with the one that it became.")
        if into.id == self.id:
            raise Invalid(into_id="A tag cannot become itself; choose another one.")
        if into.merged_into_id is not None:
            raise Invalid(into_id="That tag was merged itself; choose the one that it became.")
        self.merged_into_id = into.id


def stored(name: str) -> str:
    """The word for a name that records keep: `Key account!` is `key_account`."""
    return "_".join(re.findall("[a-z0-9]+", fold(name)))[:LONGEST].strip("_")
