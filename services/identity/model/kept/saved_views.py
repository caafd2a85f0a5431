"""Lists that people keep: the question behind each, and which of them a person's own list opens with."""

import re
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from kit.actor import Actor
from kit.entity import (
    EntityName,
    LongText,
    Picklist,
    Presentation,
    Record,
    Reference,
    Text,
    Words,
    field,
)
from kit.errors import Invalid
from kit.query import order, parse
from kit.query.grammar import LONGEST
from services.identity.model.principals import check_entity

SHAPES = ("table", "board", "calendar")
_MOST_COLUMNS = 50
_LONGEST_NAME = 160
_NAME = re.compile(r"[A-Za-z_][\w.]*")


class SavedView(Record):
    """A list that people keep: what it shows, in which columns, order, grouping and shape."""

    __tablename__ = "saved_view"
    entity = "identity.SavedView"
    plural = "Saved views"
    default_access = "private"
    importable = False
    presentation = Presentation(
        icon="bookmark", rank=165, order_by="name", facts=("entity_name", "shape")
    )

    name: Mapped[str] = field(Text(120), "Name", searched=True, listed=True)
    description: Mapped[str | None] = field(LongText(2_000), "Description")
    entity_name: Mapped[str] = field(
        EntityName(),
        "Entity",
        listed=True,
        editable=False,
        creatable=True,
        help="Whose records it lists, for example sales.Opportunity.",
    )
    filter: Mapped[str | None] = field(
        LongText(LONGEST), "Filter", help="In the language of lists; empty for all records."
    )
    order_by: Mapped[str | None] = field(
        Text(1_000), "Order", help="For example: amount desc, name."
    )
    columns: Mapped[list[str]] = field(
        Words(_LONGEST_NAME, most=_MOST_COLUMNS),
        "Columns",
        help="The fields that it shows, in this order; empty for those that a list shows at first.",
    )
    group_by: Mapped[str | None] = field(
        Text(_LONGEST_NAME),
        "Group by",
        help="The field that parts the table; in a calendar, the day of a record.",
    )
    shape: Mapped[str] = field(Picklist(SHAPES), "Shape", initial="table", listed=True)

    def check(self) -> None:
        """What can be known here: whether it can be read. What the fields are, their service knows."""
        check_entity(self.entity_name)
        parse(self.filter or "")
        order.read(self.order_by or "")
        _check_names("columns", *self.columns)
        _check_names("group_by", *filter(None, [self.group_by]))


class DefaultView(Record):
    """With which saved view a person's list of an entity opens."""

    __tablename__ = "default_view"
    __table_args__ = (Index("uq_default_view_entity_name", "owner_id", "entity_name", unique=True),)
    entity = "identity.DefaultView"
    plural = "Default views"
    title = "entity_name"
    default_access = "private"
    importable = False
    no_bin = "A default is chosen anew as fast as it is restored."
    presentation = Presentation(icon="bookmark", rank=166)

    entity_name: Mapped[str] = field(
        EntityName(), "Entity", listed=True, editable=False, creatable=True
    )
    view_id: Mapped[UUID] = field(
        Reference("identity.SavedView", here=True), "Saved view", listed=True
    )

    def prepare(self, actor: Actor) -> None:
        if self.owner_id != actor.person_id:
            raise Invalid(owner_id="A default is a person's own; everybody chooses it alone.")

    def check(self) -> None:
        check_entity(self.entity_name)


def _check_names(where: str, *names: str) -> None:
    for name in names:
        if not _NAME.fullmatch(name):
            raise Invalid(
                "", {where: f"{name[:40]!r} names no field; write it as in: account.industry."}
            )
