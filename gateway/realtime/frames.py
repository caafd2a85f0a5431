"""One chat message as different people may see it: encoded once for each set of hidden fields."""

from typing import Any

import orjson

from kit.access import Policy
from kit.actor import Actor
from kit.wire.plain import plain

_MESSAGE, _ROOM = "chat.Message", "chat.Room"

_FIELDS = {
    **{name: (_MESSAGE, name) for name in ("room_id", "author_id", "text", "sent_at", "sequence")},
    "room_kind": (_ROOM, "kind"),
    "member_ids": (_ROOM, "member_ids"),
}
"""What each field of the event tells, as entity and field; `id` is never hidden."""


class Frames:
    """The frames of one message."""

    def __init__(self, posted: Any, policy: Policy) -> None:
        self._told: dict[str, Any] = plain(posted)
        self._members = frozenset(posted.member_ids)
        self._policy = policy
        self._encoded: dict[frozenset[str], str] = {}

    def of(self, actor: Actor) -> str | None:
        """What somebody hears of it; None for who is not meant or may not see messages at all."""
        meant = not self._members or actor.name in self._members
        if not meant or "view" not in self._policy.rights(actor, _MESSAGE):
            return None
        hidden = self._hidden(actor)
        if hidden not in self._encoded:
            seen = {name: said for name, said in self._told.items() if name not in hidden}
            self._encoded[hidden] = orjson.dumps({"message": seen}).decode()
        return self._encoded[hidden]

    def _hidden(self, actor: Actor) -> frozenset[str]:
        """The event's fields that stand for what the caller may not see; most people see all."""
        limits = {entity: self._policy.field_access(actor, entity) for entity in (_MESSAGE, _ROOM)}
        if not any(limits.values()):
            return frozenset()
        return frozenset(
            name for name in self._told if name != "id" and _limit(limits, name) == "hidden"
        )


def _limit(limits: Any, name: str) -> str:
    # A field that is not listed above is nobody's to see, until somebody says what it stands for.
    if name not in _FIELDS:
        return "hidden"
    entity, field = _FIELDS[name]
    return str(limits[entity].get(field, ""))
