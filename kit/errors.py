"""The seven errors that mean something to a caller, the same on both sides of the wire.

Problem
├── NotFound   NOT_FOUND            404   no such record, or none that the caller may see
│   └── Moved  NOT_FOUND            410   it was merged into `moved_to`; who reads is led there (308)
├── Invalid    INVALID_ARGUMENT     422   a field is wrong; `fields` says which and what to do
├── Conflict   ABORTED              409   somebody else was faster; 412 when a version was stale
│   └── Duplicate ALREADY_EXISTS  409   it may be there already; `candidates` says which it might be
├── Refused    FAILED_PRECONDITION  409   the rules of the business forbid it now
├── Denied     PERMISSION_DENIED    403   the caller's profiles do not allow it
├── Anonymous  UNAUTHENTICATED      401   nobody knows who is calling
├── Busy       RESOURCE_EXHAUSTED   429   too much at once; `retry_after` says when to come back
└── Unavailable UNAVAILABLE         503   a service that is needed does not answer
"""

from collections.abc import Mapping


class Problem(Exception):  # noqa: N818 - the subclasses are the field's own words
    """What went wrong and what to do, in words for a person."""

    status = 500
    title = "Something went wrong"

    def __init__(
        self,
        message: str = "",
        fields: Mapping[str, str] | None = None,
        /,
        *,
        current: bytes | None = None,
        candidates: bytes | None = None,
        retry_after: int | None = None,
        moved_from: str | None = None,
        moved_to: str | None = None,
        **named: str,
    ) -> None:
        self.fields = {**(fields or {}), **named}
        self.message = message or " ".join(self.fields.values()) or self.title
        self.current = current
        self.candidates = candidates
        self.retry_after = retry_after
        self.moved_from, self.moved_to = moved_from, moved_to
        super().__init__(self.message)


class NotFound(Problem):
    """There is no such record, or none that the caller may see: the two read alike."""

    status = 404
    title = "There is no such record, or you may not see it."


class Moved(NotFound):
    """It was merged into another record, which the caller may see; `moved_to` is its id."""

    status = 410
    title = "This record was merged into another one."


class Invalid(Problem):
    """A field is wrong: `Invalid(amount="A won deal needs an amount.")`."""

    status = 422
    title = "Some fields need another look."


class Conflict(Problem):
    """Somebody else was faster, or the value is taken; `current` holds the record as it is."""

    status = 409
    title = "The record has changed in the meantime."


class Duplicate(Conflict):
    """It may be there already, by the rules of the organisation; `candidates` holds those it might be."""

    title = "It may be there already."


class Refused(Problem):
    """The rules of the business forbid it as things stand."""

    status = 409
    title = "This cannot be done now."


class Denied(Problem):
    """The caller's profiles do not allow it."""

    status = 403
    title = "Your profile does not allow this."


class Anonymous(Problem):
    """Nobody knows who is calling."""

    status = 401
    title = "Sign in first."


class Busy(Problem):
    """Too much at once; `retry_after` says in how many seconds to come back."""

    status = 429
    title = "Too many requests; try again in a moment."


class Unavailable(Problem):
    """A service that is needed does not answer."""

    status = 503
    title = "This part of the system does not answer right now."


KINDS: Mapping[str, type[Problem]] = {
    kind.__name__: kind
    for kind in (
        NotFound,
        Moved,
        Invalid,
        Conflict,
        Duplicate,
        Refused,
        Denied,
        Anonymous,
        Busy,
        Unavailable,
    )
}
