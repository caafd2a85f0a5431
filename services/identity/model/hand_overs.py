"""The decision that what a person has goes to others: whose, to whom, and whether what has ended goes along."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from crm.v1 import hand_overs_pb2 as events
from sqlalchemy.orm import Mapped

from kit.entity import (
    Boolean,
    EntityName,
    Governs,
    Instant,
    Presentation,
    Record,
    Reference,
    Row,
    Rows,
    Text,
    field,
    row_field,
)
from kit.entity.presentation import Action
from kit.errors import Invalid, Refused
from kit.wire.contract import facts_of

_ITSELF = "Choose somebody else than the one whose records they are."


class Succession(Row):
    """Who takes over the records of one entity."""

    entity: str = row_field(
        EntityName(), "Records", required=True, help="For example helpdesk.Ticket."
    )
    successor_id: UUID | None = row_field(
        Reference("identity.Person"), "Successor", help="Empty where these stay as they are."
    )


class HandOver(Record):
    """A decision that what a person has goes to others."""

    __tablename__ = "hand_over"
    entity = "identity.HandOver"
    plural = "Hand-overs"
    title = "reason"
    default_access = "private"
    governed_by = Governs.ACCESS
    no_bin = "What was decided stays written down; take it back where it was wrong."
    importable = False
    presentation = Presentation(
        icon="arrows-right-left",
        area="administration",
        rank=105,
        owned=False,
        named_after=("person_id",),
        facts=("successor_id", "taken_back_at"),
        actions=(
            Action(
                "TakeBack",
                "Take back",
                "arrow-uturn-left",
                "taken_back_at = null",
                "took this back",
            ),
        ),
    )

    person_id: Mapped[UUID] = field(
        Reference("identity.Person", former=True), "Person", listed=True, index=True
    )
    successor_id: Mapped[UUID | None] = field(
        Reference("identity.Person"),
        "Successor",
        listed=True,
        help="Empty to hand over only what is named below.",
    )
    successions: Mapped[list[Succession]] = field(Rows(Succession), "Others for single kinds")
    ended: Mapped[bool] = field(Boolean(), "What has ended goes along", initial=False)
    reason: Mapped[str | None] = field(Text(200), "Reason", searched=True, listed=True)
    taken_back_at: Mapped[datetime | None] = field(
        Instant(), "Taken back", editable=False, listed=True
    )

    def check(self) -> None:
        if self.successor_id is None and not any(each.successor_id for each in self.successions):
            raise Invalid(successor_id="Say who takes over.")
        if self.successor_id == self.person_id:
            raise Invalid(successor_id=_ITSELF)
        for wrong in self._wrong_successions():
            raise Invalid(successions=wrong)

    def _wrong_successions(self) -> Iterator[str]:
        named = set()
        for each in self.successions:
            facts = facts_of(each.entity)
            if facts is None or facts.confidential or facts.governed_by != Governs.RECORDS:
                yield f"{each.entity} names no records that are handed over."
            if each.entity in named:
                yield f"{each.entity} stands here twice; keep one line."
            if each.successor_id == self.person_id:
                yield _ITSELF
            named.add(each.entity)

    def successors(self) -> set[UUID]:
        """Everybody who takes something over."""
        named = (self.successor_id, *(each.successor_id for each in self.successions))
        return {each for each in named if each is not None}

    def successor_of(self, entity: str) -> UUID | None:
        """Who takes over the records of an entity."""
        found = {each.entity: each.successor_id for each in self.successions}
        return found.get(entity, self.successor_id)

    def take_back(self, at: datetime) -> None:
        if self.taken_back_at is not None:
            raise Refused("This hand-over was taken back already.")
        self.taken_back_at = at

    def decided(self, by: str, epoch: int) -> events.HandOverDecided:
        """What every service is told."""
        return events.HandOverDecided(
            id=str(self.id),
            decided_by=by,
            person_id=str(self.person_id),
            successor_id=_text(self.successor_id),
            successions=[
                events.Succession(entity=each.entity, successor_id=_text(each.successor_id))
                for each in self.successions
            ],
            ended=self.ended,
            taken_back=self.taken_back_at is not None,
            policy_epoch=epoch,
        )


def _text(known: UUID | None) -> str:
    return str(known) if known else ""
