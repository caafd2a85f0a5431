"""Nobody gives away what they do not have: profiles, passwords and clients never raise their giver.

Whoever may create people could otherwise create an administrator, and sign in as that person.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.access.policy import ACTIONS, Policy
from kit.actor import Actor
from kit.entity import Record
from kit.errors import Denied
from kit.records.work import Work
from services.identity.model.people import Person
from services.identity.model.profiles import EVERY_ENTITY, Profile
from services.identity.model.roles import Role

Lines = Mapping[str, frozenset[str]]
"""What a profile allows, by entity; `*` speaks for those that have no line of their own."""


async def check_given(work: Work, changed: Iterable[tuple[Record, bytes | None]]) -> None:
    """Raises Denied when a record, with how it was told before, gives rights that the caller lacks."""
    if work.actor.is_system:
        return
    for record, told in changed:
        before = msgspec.json.decode(told) if told else {}
        if isinstance(record, Profile):
            now = [each.plain() for each in record.permissions]
            _refuse_more(work, _lines(now), _lines(before.get("permissions", ())), "permissions")
        elif isinstance(record, Person | Role):
            for lines in await _added(work.session, record, before):
                _refuse_more(work, lines, {}, "profile_ids")


async def _added(
    session: AsyncSession, record: Person | Role, before: Mapping[str, Any]
) -> list[Lines]:
    """The profiles that come new to somebody, directly or by a role."""
    now = await _held(session, record.profile_ids, getattr(record, "role_ids", ()))
    was = await _held(session, _ids(before, "profile_ids"), _ids(before, "role_ids"))
    profiles = await session.scalars(select(Profile).where(Profile.id.in_(now - was)))
    return [_lines([line.plain() for line in each.permissions]) for each in profiles]


async def _held(
    session: AsyncSession, profile_ids: Collection[UUID], role_ids: Collection[UUID]
) -> set[UUID]:
    """The profiles held by these and by the roles, seen by the giver or not: all of them give rights."""
    if not role_ids:
        return set(profile_ids)
    of_roles = await session.scalars(select(Role.profile_ids).where(Role.id.in_(role_ids)))
    return {*profile_ids, *(each for ids in of_roles for each in ids)}


def _ids(before: Mapping[str, Any], name: str) -> list[UUID]:
    return [UUID(each) for each in before.get(name, ())]


def _lines(permissions: Sequence[Mapping[str, Any]]) -> Lines:
    return {
        each["entity"]: frozenset(action for action in ACTIONS if each[action])
        for each in permissions
    }


def _allowed(lines: Lines, entity: str) -> frozenset[str]:
    return lines.get(entity, lines.get(EVERY_ENTITY, frozenset()))


def _refuse_more(work: Work, given: Lines, before: Lines, field: str) -> None:
    policy, actor = work.process.policy, work.actor
    for entity in sorted({EVERY_ENTITY, *given, *before, *_named(policy, actor)}):
        added = _allowed(given, entity) - _allowed(before, entity)
        if more := added - policy.rights(actor, entity):
            what = "every entity" if entity == EVERY_ENTITY else entity
            told = f"You may not give the right to {min(more)} {what}: you do not have it yourself."
            raise Denied(told, {field: told})


def _named(policy: Policy, actor: Actor) -> set[str]:
    """The entities of which somebody's profiles say something."""
    profiles = policy.organisation.profiles_of(actor.person_id) if actor.person_id else []
    return {line.entity for profile in profiles for line in profile.permissions}


def refuse_stronger(policy: Policy, actor: Actor, person_id: UUID, field: str) -> None:
    """Raises Denied when somebody, as whom the caller could act from now on, may do more."""
    other = Actor.person(person_id)
    if actor.is_system or actor.person_id == person_id:
        return
    for entity in {EVERY_ENTITY} | _named(policy, actor) | _named(policy, other):
        if policy.rights(other, entity) - policy.rights(actor, entity):
            told = "This person may do more than you; ask an administrator."
            raise Denied(told, {field: told})
