"""Nobody gives away what they do not have: profiles, passwords and clients never raise their giver.

Whoever may create people could otherwise create an administrator, and sign in as that person.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.access.entries import FieldAccess
from kit.access.limits import ORDER, limits_of
from kit.access.policy import ACTIONS, Policy
from kit.actor import Actor
from kit.entity import Record
from kit.errors import Denied
from kit.records.work import Work
from services.identity.model.people import Person
from services.identity.model.profiles import EVERY_ENTITY, Profile
from services.identity.model.roles import Role


@dataclass(frozen=True)
class Rights:
    """What a profile allows, by entity; `*` speaks for those that have no line of their own."""

    lines: Mapping[str, frozenset[str]]
    fields: tuple[FieldAccess, ...] = ()

    @classmethod
    def of(cls, permissions: Iterable[Mapping[str, Any]], fields: Iterable[Any]) -> "Rights":
        """From the lines of a profile, as they are stored and told."""
        lines = {
            each["entity"]: frozenset(action for action in ACTIONS if each[action])
            for each in permissions
        }
        return cls(lines, tuple(FieldAccess(**each) for each in fields))

    def actions(self, entity: str) -> frozenset[str]:
        return self.lines.get(entity, self.lines.get(EVERY_ENTITY, frozenset()))

    def width(self, entity: str, field: str) -> int:
        """How wide a field is opened; -1 where no record is shown."""
        if "view" not in self.actions(entity):
            return -1
        return ORDER[limits_of(self.fields, entity).get(field, "edit")]


_NONE = Rights({})


async def check_given(work: Work, changed: Iterable[tuple[Record, bytes | None]]) -> None:
    """Raises Denied when a record, with how it was told before, gives rights that the caller lacks."""
    if work.actor.is_system:
        return
    for record, told in changed:
        before = msgspec.json.decode(told) if told else {}
        if isinstance(record, Profile):
            was = Rights.of(before.get("permissions", ()), before.get("fields", ()))
            _refuse_more(work, _rights(record), was, "permissions")
            _refuse_wider(work, _rights(record), was, "field_access")
        elif isinstance(record, Person | Role):
            for rights in await _added(work.session, record, before):
                _refuse_more(work, rights, _NONE, "profile_ids")
                _refuse_wider(work, rights, _NONE, "profile_ids")


async def _added(
    session: AsyncSession, record: Person | Role, before: Mapping[str, Any]
) -> list[Rights]:
    """The profiles that come new to somebody, directly or by a role."""
    now = await _held(session, record.profile_ids, getattr(record, "role_ids", ()))
    was = await _held(session, _ids(before, "profile_ids"), _ids(before, "role_ids"))
    profiles = await session.scalars(select(Profile).where(Profile.id.in_(now - was)))
    return [_rights(each) for each in profiles]


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


def _rights(profile: Profile) -> Rights:
    permissions = [each.plain() for each in profile.permissions]
    return Rights.of(permissions, [each.plain() for each in profile.field_access])


def _refuse_more(work: Work, given: Rights, before: Rights, field: str) -> None:
    policy, actor = work.process.policy, work.actor
    for entity in sorted({EVERY_ENTITY, *given.lines, *before.lines, *_named(policy, actor)}):
        added = given.actions(entity) - before.actions(entity)
        if more := added - policy.rights(actor, entity):
            what = "every entity" if entity == EVERY_ENTITY else entity
            told = f"You may not give the right to {min(more)} {what}: you do not have it yourself."
            raise Denied(told, {field: told})


def _refuse_wider(work: Work, given: Rights, before: Rights, field: str) -> None:
    """A profile that says nothing of a field opens it to whoever is given the profile."""
    policy, actor = work.process.policy, work.actor
    for entity in sorted(_limited(policy, actor)):
        for name, access in policy.field_access(actor, entity).items():
            allowed = max(ORDER[access], before.width(entity, name))
            if given.width(entity, name) > allowed:
                told = f"You may not open {name} of {entity} wider than it is open to yourself."
                raise Denied(told, {field: told})


def _limited(policy: Policy, actor: Actor) -> set[str]:
    """The entities of which somebody's profiles keep fields back."""
    profiles = policy.organisation.profiles_of(actor.person_id) if actor.person_id else []
    return {limit.entity for profile in profiles for limit in profile.fields}


def _named(policy: Policy, actor: Actor) -> set[str]:
    """The entities of which somebody's profiles say something."""
    profiles = policy.organisation.profiles_of(actor.person_id) if actor.person_id else []
    return {line.entity for profile in profiles for line in profile.permissions}


def refuse_stronger(policy: Policy, actor: Actor, person_id: UUID, field: str) -> None:
    """Raises Denied when somebody, as whom the caller could act from now on, may do more."""
    other = Actor.person(person_id)
    if actor.is_system or actor.person_id == person_id:
        return
    named = {EVERY_ENTITY} | _named(policy, actor) | _named(policy, other)
    more = any(policy.rights(other, each) - policy.rights(actor, each) for each in named)
    if more or _sees_more(policy, other, actor):
        told = "This person may do more than you; ask an administrator."
        raise Denied(told, {field: told})


def _sees_more(policy: Policy, other: Actor, actor: Actor) -> bool:
    """Whether a field that is kept from the one is open wider to the other."""
    for entity in _limited(policy, actor):
        if "view" in policy.rights(other, entity):
            theirs = policy.field_access(other, entity)
            own = policy.field_access(actor, entity)
            if any(ORDER[theirs.get(name, "edit")] > ORDER[own[name]] for name in own):
                return True
    return False
