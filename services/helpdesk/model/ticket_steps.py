"""The steps of a ticket from its arrival to its settlement, and back."""

from enum import StrEnum

from kit.entity import By, Step, Steps


class Status(StrEnum):
    """Where a ticket stands."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"


_AGAIN = (By("Reopen", Status.OPEN, "Use Reopen, which asks why."),)

STATUS = Steps(
    Status,
    (
        Step(Status.NEW, "blue", to=(Status.OPEN, Status.WAITING, Status.RESOLVED)),
        Step(Status.OPEN, "blue", to=(Status.WAITING, Status.RESOLVED)),
        Step(Status.WAITING, "amber", to=(Status.OPEN, Status.RESOLVED)),
        Step(Status.RESOLVED, "green", to=(Status.CLOSED,), by=_AGAIN, closed=True),
        Step(Status.CLOSED, by=_AGAIN, closed=True),
    ),
)
