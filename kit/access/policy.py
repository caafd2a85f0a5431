"""The policy as this process knows it: learned part by part, and asked for permits until it changes.

A row carries `keys`: one for its owner and one for each share. A person carries a set of keys too,
and sees the row when the two meet. Keys of owners and keys of shares are different numbers for the
same person, or a rule that opens somebody's own rows would open what others shared with them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from kit.access import profiles
from kit.access.entries import KINDS
from kit.access.inheritance import privately
from kit.access.organisation import EVERYONE, Organisation
from kit.access.permit import Permit, Permits
from kit.actor import Actor
from kit.entity import Audience, Level, Record
from kit.errors import Denied


class Policy:
    """The policy as this process knows it."""

    def __init__(self) -> None:
        self._parts: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
        self._settle(0)

    def _settle(self, epoch: int) -> None:
        """What was worked out before is of an organisation that is no more."""
        self.organisation = Organisation(self._parts, epoch)
        self._permits = Permits(self.organisation)

    @property
    def epoch(self) -> int:
        return self.organisation.epoch

    def learn(self, items: Iterable[tuple[str, str, Any | None]], epoch: int) -> None:
        """Takes in parts (kind, id, body or None when removed) and forgets what was derived before."""
        for kind, part_id, part in items:
            if part is None:
                self._parts[kind].pop(part_id, None)
            else:
                self._parts[kind][part_id] = part
        self._settle(epoch)

    def foreseen(self, items: Iterable[tuple[str, str, Any | None]], epoch: int) -> "Policy":
        """The policy as it would be with these parts; this one stays as it is."""
        other = Policy()
        other._parts = {kind: dict(parts) for kind, parts in self._parts.items()}
        other.learn(items, epoch)
        return other

    def permit(self, actor: Actor, what: type[Record] | str) -> Permit:
        """What the caller may do with an entity; by its name where it may be another service's."""
        return self._permits[actor.person_id or actor.unlimited, what]

    def hidden_modules(self, actor: Actor) -> frozenset[str]:
        """The modules, services or single entities, that all of the caller's profiles hide."""
        held = self.organisation.profiles_of(actor.person_id) if actor.person_id else []
        return profiles.hidden_modules(held)

    def row_keys(self, record: Record, shares: Iterable[Audience]) -> Mapping[Level, list[int]]:
        """The keys of a row with these shares, by the level that they open."""
        owner = self.organisation.people.get(record.owner_id) if record.owner_id else None
        owned = {owner.own_key} if owner else set()
        grants = [
            (self._grant_key(each), Level(each.level)) for each in (*record.audience(), *shares)
        ]
        let_in = {
            level: sorted(
                owned | {key for key, held in grants if key is not None and held.includes(level)}
            )
            for level in Level
        }
        if not record.kept_private:
            return let_in
        return {level: sorted(privately(keys)) for level, keys in let_in.items()}

    def _grant_key(self, grant: Audience) -> int | None:
        if grant.kind == "everyone":
            return EVERYONE
        return self.organisation.key_of(grant.kind, grant.id) if grant.id else None


DECISION = "identity.HandOver"
"""Whoever may create one may do what follows from it in every service."""


def require_to_hand_over(policy: Policy, actor: Actor) -> None:
    """Raises Denied for whoever may not decide that what somebody has goes to others."""
    if actor.person_id is None or "create" not in policy.permit(actor, DECISION).rights:
        raise Denied("Your profile does not let you hand over what people have.")
