"""Where an event is published: subjects, the streams that keep them, and what may not overtake what.

Domain events are `crm.<service>.<entity>.<what>`; policy is `crm.identity.policy.<kind>.<id>`.
"""

import re
from functools import cache, lru_cache
from typing import Any

from google.protobuf.message import Message

POLICY = "crm.identity.policy"
POLICY_STREAM = "CRM_POLICY"
# Under which every service hears that what a person has is handed over, as the contract says.
HAND_OVERS = "crm.identity.hand_over.decided"
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class NotAnEvent(TypeError):  # noqa: N818 - it says what happened
    """A message without `option (crm.v1.subject)` was announced or listened to."""


def subject_of(message: Message | type[Message]) -> str:
    """Read the subject that the contract gives a message."""
    return _declared(message.DESCRIPTOR)


@cache
def _declared(descriptor: Any) -> str:
    # The command line knows subjects before the contract is built.
    from crm.v1 import options_pb2

    subject = str(descriptor.GetOptions().Extensions[options_pb2.subject])
    if not subject:
        raise NotAnEvent(f"{descriptor.full_name} has no `option (crm.v1.subject)`.")
    return subject


@cache
def change_subject(entity: str, what: str) -> str:
    """Name the subject of a standard change, e.g. of `sales.PriceList` and `created`."""
    service, _, name = entity.partition(".")
    return f"crm.{service}.{_WORD_START.sub('_', name).lower()}.{what}"


@lru_cache(maxsize=4096)
def stream_of(subject: str) -> str:
    """Name the stream that keeps a subject."""
    if subject.startswith(POLICY + "."):
        return POLICY_STREAM
    return f"CRM_{subject.split('.')[1].upper()}"


def inbox_of(process: str) -> str:
    """Name where a process is answered; nobody else may listen there."""
    return f"_INBOX_{process}"


def event_name(subject: str) -> str:
    """Shorten a subject to its finite part, fit to label a metric."""
    return ".".join(subject.split(".", 4)[:4])


def order_key(subject: str, record: str) -> str:
    """Say which events keep their order: those of one record, and all of the policy's."""
    if subject.startswith(POLICY + "."):
        return POLICY
    return record or subject
