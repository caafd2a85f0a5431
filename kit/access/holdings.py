"""What somebody holds of an entity, and the one comparison of it with what somebody else holds.

Nobody gives more than he has, and nobody acts as somebody who has more: both ask `lacking`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from kit.access.entities import at_home, everywhere, standing_of
from kit.access.inheritance import every_row, is_private, key_in
from kit.access.permit import Permit
from kit.access.policy import Policy
from kit.access.profiles import ACTIONS, ORDER
from kit.access.reach import Reach
from kit.actor import Actor
from kit.entity import Governs, Level

_NO_ROWS = Reach(all=False)


class Lack(NamedTuple):
    """What somebody does not have: a right, a field or rows, and of which entity."""

    of: str
    entity: str
    name: str


@dataclass(frozen=True)
class Holding:
    """Rights, rows and fields of one entity, as a policy gives them to somebody; None has nothing."""

    policy: Policy
    person_id: UUID | None
    entity: str

    @property
    def actions(self) -> frozenset[str]:
        return self._permit.rights if self.person_id else frozenset()

    def width(self, field: str) -> int:
        """How wide a field is opened; -1 where no record is shown."""
        return ORDER[self.limits.get(field, "edit")] if "view" in self.actions else -1

    @property
    def limits(self) -> Mapping[str, str]:
        return self._permit.limits

    def rows(self, level: Level) -> Reach:
        """The rows reached; what is confidential nobody gives."""
        if self.person_id is None or standing_of(self.entity).confidential:
            return _NO_ROWS
        return self._permit.reach(level)

    @property
    def _permit(self) -> Permit:
        assert self.person_id is not None  # noqa: S101 - nobody has no rights to be asked for
        return self.policy.permit(Actor.person(self.person_id), self.entity)


def lacking(
    own: Holding, given: Holding, before: Holding, but: frozenset[int] = frozenset()
) -> Lack | None:
    """What is given beyond what was held before and is not the giver's own; `but` are keys of no rows."""
    if more := given.actions - before.actions - own.actions:
        return Lack("right", own.entity, min(more, key=ACTIONS.index))
    for name in own.limits:
        if given.width(name) > max(own.width(name), before.width(name)):
            return Lack("field", own.entity, name)
    for level in Level:
        if _more_rows(own.rows(level), given.rows(level), before.rows(level), but):
            return Lack("rows", own.entity, level)
    return None


def _more_rows(own: Reach, now: Reach, was: Reach, but: frozenset[int]) -> bool:
    if own.all or was.all:
        return False
    if now.all:
        return True
    held = _numbers(own) | _numbers(was)
    return any(
        each not in held and every_row(each) not in held and key_in(each) not in but
        for each in _numbers(now)
    )


def _numbers(reach: Reach) -> set[int]:
    """Those of private records apart: they go with who is in a group, and with no right over rows."""
    held = (*reach.keys, *reach.inherited)
    return {each for each in held if not is_private(key_in(each))}


def named(policy: Policy) -> Iterator[str]:
    """Every entity that the policy or this process knows; `*` stands for those that nobody names."""
    organisation = policy.organisation
    yield from Governs
    yield from at_home()
    yield from everywhere()
    yield from organisation.defaults
    yield from (rule.entity for rule in organisation.rules)
    for profile in organisation.profiles.values():
        yield from (line.entity for line in profile.permissions)
        yield from (line.entity for line in profile.fields)


def holds_everything(policy: Policy, person_id: UUID, entities: Iterable[str]) -> bool:
    """Whether somebody may do everything with every record and every field, access included."""
    own, every = policy.permit(Actor.person(person_id), Governs.ACCESS), frozenset(ACTIONS)
    permits = map(own.another, entities)
    return own.rights == every and all(each.rights == every and not each.limits for each in permits)
