"""The outbox: events written as rows of the transaction that caused them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

import orjson
from google.protobuf.message import Message
from sqlalchemy import text

from kit.events.subjects import subject_of
from kit.ids import uuid7
from kit.telemetry.traces import inject

insert_statement = text(
    "INSERT INTO outbox (id, subject, body, headers) "
    "SELECT e.id, e.subject, e.body, e.headers::jsonb FROM unnest("
    "CAST(:ids AS uuid[]), CAST(:subjects AS text[]), "
    "CAST(:bodies AS bytea[]), CAST(:headers AS text[])"
    ") WITH ORDINALITY AS e(id, subject, body, headers, place) ORDER BY e.place"
)
"""One statement for any number of events, so that it is compiled and prepared once.

Run it after the records' own UPDATEs: their row locks then put a record's events in their order.
"""


# NATS takes one mebibyte with headers; an event that can never leave must not be written.
_LARGEST_BODY = 1_000_000


class EventTooLarge(ValueError):  # noqa: N818 - it says what happened
    """An event larger than NATS takes; announce the id and let listeners ask for the rest."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something that happened, said in the past tense by a message of the contract."""

    subject: str
    message: Message
    record: str = ""

    @classmethod
    def of(cls, message: Message) -> Self:
        """Announce under the subject that the contract gives the message."""
        return cls(subject_of(message), message, _record(message))

    @classmethod
    def under(cls, subject: str, message: Message) -> Self:
        """Announce under a subject of its own: a standard change, or a policy with its id."""
        return cls(subject, message, _record(message))


def rows(
    announcements: Iterable[Announcement], *, service: str, actor: str = ""
) -> Mapping[str, list[Any]]:
    """Give the parameters of `insert_statement`, the trace of the present request included."""
    shared = _shared_headers(service, actor)
    ids, subjects, bodies, headers = [], [], [], []
    for announcement in announcements:
        event_id = uuid7()
        ids.append(event_id)
        subjects.append(announcement.subject)
        bodies.append(_body(announcement))
        headers.append(_headers(shared, str(event_id), announcement))
    return {"ids": ids, "subjects": subjects, "bodies": bodies, "headers": headers}


def _body(announcement: Announcement) -> bytes:
    body = announcement.message.SerializeToString()
    if len(body) > _LARGEST_BODY:
        raise EventTooLarge(f"{announcement.subject} of {announcement.record}: {len(body)} bytes.")
    return body


def _shared_headers(service: str, actor: str) -> dict[str, str]:
    shared = {
        "ce-specversion": "1.0",
        "ce-source": f"/rapport/{service}",
        "ce-time": datetime.now(UTC).isoformat(timespec="microseconds"),
        "content-type": "application/protobuf",
    }
    if actor:
        shared["ce-actor"] = actor
    inject(shared)
    return shared


def _headers(shared: dict[str, str], event_id: str, announcement: Announcement) -> str:
    own = {"ce-id": event_id, "ce-type": announcement.message.DESCRIPTOR.full_name}
    if announcement.record:
        own["ce-subject"] = announcement.record
    return orjson.dumps({**shared, **own}).decode()


def _record(message: Message) -> str:
    return str(getattr(message, "id", ""))
