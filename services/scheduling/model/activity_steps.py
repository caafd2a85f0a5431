"""How far an activity is, and how it ends."""

from enum import StrEnum

from kit.entity import By, Step, Steps


class Status(StrEnum):
    """How far it is."""

    PLANNED = "planned"
    IN_PROGRESS = "in progress"
    DONE = "done"
    CANCELLED = "cancelled"


_OFF = (By("Cancel", Status.CANCELLED, "Use Cancel, which also gives back what is booked for it."),)
STATUS = Steps(
    Status,
    (
        Step(Status.PLANNED, "blue", to=(Status.IN_PROGRESS, Status.DONE), by=_OFF),
        Step(Status.IN_PROGRESS, "amber", to=(Status.PLANNED, Status.DONE), by=_OFF),
        Step(Status.DONE, "green", closed=True),
        Step(Status.CANCELLED, "red", closed=True, aside=True),
    ),
)
