"""What a note may say, and whom it mentions by it."""

import re
from collections.abc import Sequence
from uuid import UUID

from kit.entity.kinds import LongText
from kit.errors import Invalid

LENGTH = 10_000
MENTIONED = 50
_BODY = LongText(LENGTH)
_MENTION = re.compile(
    r"@\[[^\[\]\n]{1,200}\]\(([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\)",
    re.IGNORECASE,
)


def body_of(text: str) -> str:
    """The text as it is stored, or Invalid with what is wrong with it."""
    try:
        body = _BODY.parse(text)
    except ValueError as wrong:
        raise Invalid(body=str(wrong)) from wrong
    if not body:
        raise Invalid(body="Write something.")
    return body


def mentions_in(body: str) -> Sequence[UUID]:
    """The people whom a text mentions, as `@[Ana Pop](id)`, in its order and each once."""
    people = list(dict.fromkeys(UUID(each) for each in _MENTION.findall(body)))
    if len(people) > MENTIONED:
        raise Invalid(body=f"Mention at most {MENTIONED} people; these are {len(people)}.")
    return people
