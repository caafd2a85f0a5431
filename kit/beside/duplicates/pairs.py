"""The pairs that were found, as one person may see them: both records within reach, by fields in sight."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from crm.v1 import duplicates_pb2 as pb
from sqlalchemy import ColumnElement, Select, any_, case, func, literal, select, tuple_
from sqlalchemy import Uuid as UuidType
from sqlalchemy.dialects.postgresql import array

from kit.access.clause import reachable
from kit.access.permit import Permit
from kit.duplicates.rules import Rules
from kit.duplicates.tables import duplicate_pair as pair
from kit.entity import Instant, Level
from kit.errors import Invalid
from kit.ids import record_id

_NO_PAGE = "This is no page of duplicates; start again from the first page."
_HIGHEST = 100
_PARTS = 3


def asked_for(permit: Permit, rules: Rules, request: pb.DuplicatesRequest) -> Select[Any]:
    """The pairs of an entity, the likeliest first."""
    likely = _likelihood(rules).label("likelihood")
    rows = select(pair, likely).where(
        pair.c.entity == permit.record.entity,
        pair.c.apart_by.is_not(None) if request.apart else pair.c.apart_by.is_(None),
        within(permit, rules, Level.READ),
    )
    found = rows.subquery()
    if request.page_token:
        place = tuple_(-found.c.likelihood, found.c.first_id, found.c.second_id)
        return (
            select(found)
            .where(place > tuple_(*_place(request.page_token)))
            .order_by(*_order(found))
        )
    return select(found).order_by(*_order(found))


def one_of(permit: Permit, rules: Rules, request: pb.TellApartRequest) -> Select[Any]:
    """The pair of two records that the caller may change both; locked, since somebody may say the contrary."""
    ids = sorted((record_id(request.id), record_id(request.other_id)))
    return (
        select(pair, _likelihood(rules).label("likelihood"))
        .where(
            pair.c.entity == permit.record.entity,
            pair.c.first_id == ids[0],
            pair.c.second_id == ids[1],
            within(permit, rules, Level.EDIT),
        )
        .with_for_update()
    )


def within(permit: Permit, rules: Rules, level: Level) -> ColumnElement[bool]:
    """Both records within reach, and a rule that goes by what the caller sees."""
    table: Any = permit.record.__table__
    reached = select(table.c.id).where(reachable(permit.record, permit.reach(level), level))
    seen = array([UUID(each.said.id) for each in rules.every], type_=UuidType())
    return (
        pair.c.rules.bool_op("&&")(seen)
        & pair.c.first_id.in_(reached)
        & pair.c.second_id.in_(reached)
    )


def _likelihood(rules: Rules) -> ColumnElement[int]:
    """The weights of the rules in sight, added up."""
    weights = (
        case(
            (literal(UUID(each.said.id), UuidType()) == any_(pair.c.rules), each.said.weight),
            else_=0,
        )
        for each in rules.every
    )
    return func.least(_HIGHEST, sum(weights, start=literal(0)))


def _order(found: Any) -> Sequence[Any]:
    return found.c.likelihood.desc(), found.c.first_id, found.c.second_id


def token_after(row: Any) -> str:
    """What names the page after this pair."""
    return f"{row.likelihood}_{row.first_id}_{row.second_id}"


def _place(token: str) -> tuple[Any, ...]:
    parts = token.split("_")
    try:
        if len(parts) != _PARTS or not 0 <= int(parts[0]) <= _HIGHEST:
            raise Invalid(page_token=_NO_PAGE)
        return literal(-int(parts[0])), *(literal(UUID(each), UuidType()) for each in parts[1:])
    except ValueError as wrong:
        raise Invalid(page_token=_NO_PAGE) from wrong


def shown(rules: Rules, titles: Mapping[UUID, str], row: Any) -> pb.DuplicatePair:
    """A pair as the contract tells it."""
    met = {str(each) for each in row.rules}
    told = pb.DuplicatePair(
        first=pb.DuplicateRecord(id=str(row.first_id), title=titles.get(row.first_id, "")),
        second=pb.DuplicateRecord(id=str(row.second_id), title=titles.get(row.second_id, "")),
        likelihood=row.likelihood,
        rules=[each.said.name for each in rules.every if each.said.id in met],
    )
    if row.apart_by is not None:
        told.apart_by, told.apart_at = row.apart_by, str(Instant().show(row.apart_at))
    return told
