"""Listening, declared: which handler takes which event, and what it gets beside the message."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, Protocol, Self, TypeVar
from uuid import UUID

from crm.v1 import events_pb2
from google.protobuf.message import Message

from kit.database.transaction import Transaction
from kit.events.subjects import change_subject, subject_of

M = TypeVar("M", bound=Message)


class Work(Protocol):
    """One transaction with its actor; kit/records gives it more, the consumer needs no more."""

    @property
    def transaction(self) -> Transaction: ...


@dataclass(frozen=True, slots=True)
class EventInfo:
    """What is known of an event beside its message: the CloudEvents attributes."""

    id: UUID
    subject: str
    type: str = ""
    source: str = ""
    record: str = ""
    actor: str = ""
    time: datetime = field(default_factory=lambda: datetime.now(UTC))
    tries: int = 1

    @classmethod
    def read(cls, subject: str, headers: Mapping[str, str], tries: int = 1) -> Self:
        """Read an event's headers; KeyError or ValueError when it is none of ours."""
        return cls(
            id=UUID(headers["ce-id"]),
            subject=subject,
            type=headers.get("ce-type", ""),
            source=headers.get("ce-source", ""),
            record=headers.get("ce-subject", ""),
            actor=headers.get("ce-actor", ""),
            time=datetime.fromisoformat(headers["ce-time"]),
            tries=tries,
        )


OpenWork = Callable[[str, EventInfo], AbstractAsyncContextManager[Work]]
"""Opens the transaction of a named system actor; it commits when the block ends well."""

# A service's handler names its own, richer work; what it gets is what `OpenWork` opens.
Handle = Callable[[M, Any], Awaitable[None]]
Concerns = Callable[[M], bool]
Matters = Callable[[Sequence[M], Any], Awaitable[Sequence[bool]]]


@dataclass(frozen=True, slots=True)
class Listener(Generic[M]):
    """A handler with its label; it stays callable, so that a test may call it by itself."""

    handle: Handle[M]
    message: type[M]
    subject: str
    in_order: bool = True
    concerns: Concerns[M] | None = None
    matters: Matters[M] | None = None

    @property
    def name(self) -> str:
        return str(getattr(self.handle, "__name__", "handler"))

    @property
    def asks_together(self) -> bool:
        """Whether it is asked at once of many events; in order, the server gives one at a time."""
        return self.matters is not None and not self.in_order

    async def __call__(self, event: M, work: Any) -> None:
        await self.handle(event, work)


def on(
    message: type[M],
    *,
    subject: str = "",
    in_order: bool = True,
    concerns: Concerns[M] | None = None,
    matters: Matters[M] | None = None,
) -> Callable[[Handle[M]], Listener[M]]:
    """Label a handler with the event it takes.

    `in_order=False` is for events that do not touch one another, as when a record has but one of
    them: replicas share the work, and one that is tried again lets the others go on. `concerns` says
    of an event by itself whether the handler has anything to do with it; `matters` says it for each
    of some events after a look at what the service holds, and without order it is asked of all that
    came close together. One that passes either by costs no transaction, and is asked about again
    should it be delivered again.
    """

    def label(handle: Handle[M]) -> Listener[M]:
        where = subject or subject_of(message)
        return Listener(handle, message, where, in_order, concerns, matters)

    return label


def on_change(
    entity: str, what: str, *, concerns: Concerns[events_pb2.RecordChanged] | None = None
) -> Callable[[Handle[events_pb2.RecordChanged]], Listener[events_pb2.RecordChanged]]:
    """Label a handler with a standard change: `@on_change("parties.Account", "deleted")`."""
    subject = change_subject(entity, what)
    return on(events_pb2.RecordChanged, subject=subject, concerns=concerns)
