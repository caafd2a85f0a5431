"""The inbox: a handler's effects and the note that it had them are one transaction."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kit.database.transaction import Transaction
from kit.events.consuming.listeners import EventInfo, Listener, OpenWork

_NOTE = text(
    "INSERT INTO inbox (consumer, event_id) VALUES (:consumer, CAST(:event_id AS uuid)) "
    "ON CONFLICT DO NOTHING RETURNING 1"
)


async def handle_once(
    consumer: str, listener: Listener[Any], info: EventInfo, body: bytes, open_work: OpenWork
) -> bool:
    """Handle an event unless it was handled before; says whether it was new."""
    event = listener.message.FromString(body)
    if not _concerns(listener, event):
        # Delivered again it would not concern the handler either, so that nothing need be noted.
        return True
    async with open_work(consumer, info) as work:
        if listener.matters is not None and not all(await listener.matters([event], work)):
            return True
        new = await note(work.transaction, consumer, info.id)
        if new:
            await listener.handle(event, work)
    return new


async def matter(
    consumer: str,
    listener: Listener[Any],
    infos: Sequence[EventInfo],
    bodies: Sequence[bytes],
    open_work: OpenWork,
) -> list[bool]:
    """Ask of many events with one look which of them the handler has anything to do with."""
    events = [listener.message.FromString(body) for body in bodies]
    found = [_concerns(listener, event) for event in events]
    asked = [place for place, concerned in enumerate(found) if concerned]
    if asked and listener.matters is not None:
        async with open_work(consumer, infos[asked[0]]) as work:
            answers = await listener.matters([events[place] for place in asked], work)
        for place, answer in zip(asked, answers, strict=True):
            found[place] = answer
    return found


def _concerns(listener: Listener[Any], event: Any) -> bool:
    return listener.concerns is None or listener.concerns(event)


async def note(transaction: Transaction, consumer: str, event_id: UUID) -> bool:
    """Note that a consumer handles an event now; False when it did so before."""
    return bool(await transaction.rows(_NOTE, consumer=consumer, event_id=event_id))
