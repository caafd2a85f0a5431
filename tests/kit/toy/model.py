"""A toy and a diary: one entity with everything an entity can have, one that is confidential."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.actor import Actor
from kit.entity import (
    Before,
    Boolean,
    By,
    Choice,
    Day,
    Decimals,
    Email,
    Instant,
    Integer,
    LongText,
    MayBePrivate,
    Money,
    Number,
    Percent,
    Phone,
    Picklist,
    Presentation,
    Record,
    References,
    Row,
    Rows,
    Step,
    Steps,
    Text,
    Tree,
    Url,
    Words,
    field,
    row_field,
)
from kit.entity.presentation import Path, View
from kit.errors import Invalid, Refused
from tests.kit.toy.contract import pb


class State(StrEnum):
    """Where a toy is."""

    SHELF = "shelf"
    SOLD = "sold"


class Wear(StrEnum):
    """How worn a toy is."""

    NEW = "new"
    USED = "used"
    BROKEN = "broken"
    GONE = "gone"


WEAR = Steps(
    Wear,
    (
        Step(Wear.NEW, "green", to=(Wear.USED, Wear.BROKEN)),
        Step(Wear.USED, to=(Wear.BROKEN,)),
        Step(
            Wear.BROKEN,
            "amber",
            to=(Wear.GONE,),
            by=(By("Mend", Wear.USED, "Use Mend, which takes some glue."),),
        ),
        Step(Wear.GONE, "red", closed=True, aside=True),
    ),
)


class Part(Row):
    """A piece of a toy."""

    name: str = row_field(Text(40), "Name", required=True)
    number: int | None = row_field(Integer(low=0), "Number")
    cost: Decimal | None = row_field(Decimals(), "Cost")


class Toy(MayBePrivate, Record):
    """Something to play with."""

    __tablename__ = "toy"
    entity = "toys.Toy"
    plural = "Toys"
    presentation = Presentation(
        icon="puzzle-piece",
        views=(
            View("secret", "With a secret", "secret != null", "secret desc"),
            View("whole", "Whole", "pieces = 1", "name"),
        ),
        tones={"state": {"sold": "green"}},
        path=Path("wear"),
    )

    name: Mapped[str] = field(Text(120), "Name", searched=True, listed=True)
    code: Mapped[str | None] = field(Text(40), "Code", unique=True)
    note: Mapped[str | None] = field(LongText(), "Note", searched=True)
    email: Mapped[str | None] = field(Email(), "E-mail")
    phone: Mapped[str | None] = field(Phone(), "Telephone")
    site: Mapped[str | None] = field(Url(), "Web site")
    pieces: Mapped[int | None] = field(Integer(low=0, high=1000), "Pieces")
    weight: Mapped[Decimal | None] = field(Decimals(12, 3), "Weight")
    price: Mapped[Decimal | None] = field(Money(), "Price", listed=True)
    currency: Mapped[str | None] = field(Picklist(("EUR", "USD")), "Currency", initial="EUR")
    discount: Mapped[Decimal | None] = field(Percent(), "Discount")
    ready: Mapped[bool] = field(Boolean(), "Ready")
    due: Mapped[date | None] = field(Day(), "Due")
    sold_at: Mapped[datetime | None] = field(Instant(), "Sold")
    state: Mapped[str] = field(Picklist(State), "State", initial=State.SHELF, editable=False)
    shape: Mapped[str | None] = field(Choice("toys.toy.shape"), "Shape")
    parent_id: Mapped[UUID | None] = field(Tree("toys.Toy"), "Part of", index=True)
    friend_ids: Mapped[list[UUID]] = field(References("toys.Toy"), "Friends")
    tags: Mapped[list[str]] = field(Words(), "Tags")
    parts: Mapped[list[Part]] = field(Rows(Part), "Parts")
    secret: Mapped[str | None] = field(Text(), "Secret", searched=True)
    caption: Mapped[str | None] = field(Text(), "Caption", editable=False)
    number: Mapped[str | None] = field(Number("TOY-", 4), "Number", searched=True)
    wear: Mapped[str] = field(WEAR, "Wear", initial=Wear.NEW)

    def prepare(self, actor: Actor) -> None:
        self._saw("prepare")
        self.caption = f"{self.name}/{self.code}" if self.code else self.name

    def check(self) -> None:
        self._saw(f"check {self.caption}")
        if self.price is not None and self.price < 0:
            raise Invalid(price="A price below nothing; write 0 for a gift.")

    def changed(self, before: Before | None) -> None:
        self._saw(f"changed from {before.name if before else None}")
        if before is not None and self.state == State.SOLD != before.state:
            self.announce(pb.ToySold(id=str(self.id), note=self.note or ""))

    def removing(self) -> None:
        self._saw("removing")
        if self.state == State.SOLD:
            raise Refused("A sold toy stays in the books.")

    def sell(self, note: str) -> None:
        """It leaves the shelf."""
        if self.state == State.SOLD:
            raise Refused("It is sold already.")
        self.state, self.note = State.SOLD, note

    def _saw(self, hook: str) -> None:
        SEEN.append(hook)


SEEN: list[str] = []
"""The hooks as they were called, for the one test that asks."""


class Diary(Record):
    """Something that is nobody else's business."""

    __tablename__ = "diary"
    entity = "toys.Diary"
    plural = "Diaries"
    confidential = True

    name: Mapped[str] = field(Text(120), "Name")


TABLES: list[Any] = [Toy.__table__, Diary.__table__]
