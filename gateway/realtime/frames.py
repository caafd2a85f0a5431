"""One event as different people may see it: encoded once for each set of hidden fields."""

from collections.abc import Collection, Mapping
from typing import Any

import orjson

from kit.access import Policy
from kit.actor import Actor
from kit.wire.plain import plain

StandsFor = Mapping[str, tuple[str, str]]
"""Which field of which entity each field of an event tells."""


class Frames:
    """The frames of one event, under the name by which browsers know it."""

    def __init__(self, name: str, told: Any, stands_for: StandsFor, policy: Policy) -> None:
        self._name = name
        self._told: dict[str, Any] = plain(told)
        self._stands_for = stands_for
        self._entities = {entity for entity, _ in stands_for.values()}
        self._policy = policy
        self._encoded: dict[Collection[str], str] = {}

    def of(self, actor: Actor) -> str:
        """What somebody may see of it."""
        hidden = self._hidden(actor)
        if hidden not in self._encoded:
            seen = {name: said for name, said in self._told.items() if name not in hidden}
            self._encoded[hidden] = orjson.dumps({self._name: seen}).decode()
        return self._encoded[hidden]

    def _hidden(self, actor: Actor) -> frozenset[str]:
        """The event's fields that tell what the caller may not see; most people see all."""
        hidden = {entity: self._policy.permit(actor, entity).hidden for entity in self._entities}
        if not any(hidden.values()):
            return frozenset()
        return frozenset(name for name in self._told if self._is_hidden(name, hidden))

    def _is_hidden(self, name: str, hidden: Mapping[str, Collection[str]]) -> bool:
        """The id is nobody's secret; a field of which nothing is said here is hidden."""
        if name == "id":
            return False
        entity, field = self._stands_for.get(name, ("", ""))
        return not entity or field in hidden[entity]
