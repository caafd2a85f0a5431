"""Whether a changed policy holds together: what it names exists, nothing contains itself.

The rules that need to look at other rows. They are asked under the lock of the policy's epoch, so
that of two changes that contradict each other the second one sees the first.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import any_, literal, or_, select, text

from kit.entity import Record
from kit.errors import Invalid, Refused
from kit.records import Work
from services.identity.model.groups import Group
from services.identity.model.people import Person
from services.identity.model.principals import PrincipalKind
from services.identity.model.profiles import Profile
from services.identity.model.roles import Role
from services.identity.model.sharing_rules import SharingRule

_NAMED: Mapping[type[Record], Mapping[str, type[Record]]] = {
    Person: {"role_ids": Role, "profile_ids": Profile},
    Role: {"profile_ids": Profile},
    Group: {
        "person_ids": Person,
        "role_ids": Role,
        "role_and_below_ids": Role,
        "group_ids": Group,
    },
}
"""The lists by which an entity names others; single references are foreign keys."""

_PRINCIPALS: Mapping[str, type[Record]] = {
    PrincipalKind.PERSON: Person,
    PrincipalKind.ROLE: Role,
    PrincipalKind.ROLE_AND_BELOW: Role,
    PrincipalKind.GROUP: Group,
}

_INSIDE = text(
    "WITH RECURSIVE inside(id) AS (SELECT unnest(CAST(:first AS uuid[])) UNION "
    'SELECT unnest(g.group_ids) FROM "group" g JOIN inside ON g.id = inside.id) '
    "SELECT id FROM inside"
)


async def check_policy(work: Work, changed: Iterable[tuple[Record, bool]]) -> None:
    """Raises Invalid or Refused when these records, changed or gone, leave something dangling."""
    for record, gone in changed:
        if gone:
            await _refuse_if_used(work, record)
        else:
            await _check_named(work, record)
            await _check_circle(work, record)


async def _check_named(work: Work, record: Record) -> None:
    for name, target in _named(record):
        given = getattr(record, name)
        ids = given if isinstance(given, list) else [given]
        missing = set(ids) - await _existing(work, target, ids)
        if missing:
            label = target.label.lower()
            raise Invalid("", {name: f"There is no {label} {min(missing)}; choose another one."})


def _named(record: Record) -> Iterable[tuple[str, type[Record]]]:
    if isinstance(record, SharingRule):
        return (
            ("source_id", _PRINCIPALS[record.source_kind]),
            ("target_id", _PRINCIPALS[record.target_kind]),
        )
    return _NAMED.get(type(record), {}).items()


async def _existing(work: Work, target: type[Record], ids: Sequence[UUID]) -> frozenset[UUID]:
    if not ids:
        return frozenset()
    return frozenset(await work.values(select(target.id).where(target.id.in_(ids))))


async def _check_circle(work: Work, record: Record) -> None:
    if isinstance(record, Group) and record.group_ids:
        record.refuse_circle(await work.values(_INSIDE, first=record.group_ids))


async def _refuse_if_used(work: Work, record: Record) -> None:
    for user, condition in _uses(record):
        name = await work.value(select(user.name).where(condition).limit(1))
        if name is not None:
            kind, used = record.label.lower(), user.label.lower()
            raise Refused(f"The {used} {name!r} still names this {kind}; change that first.")


def _uses(record: Record) -> Iterable[tuple[Any, Any]]:
    for user, lists in _NAMED.items():
        for name, target in lists.items():
            if isinstance(record, target):
                yield user, literal(record.id) == any_(getattr(user, name))
    kinds = [kind for kind, target in _PRINCIPALS.items() if isinstance(record, target)]
    if kinds:
        rule = SharingRule
        source = rule.source_kind.in_(kinds) & (rule.source_id == record.id)
        yield rule, or_(source, rule.target_kind.in_(kinds) & (rule.target_id == record.id))
