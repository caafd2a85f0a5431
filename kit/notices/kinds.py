"""For which reasons people are told something; whoever has another one adds it here."""

from dataclasses import dataclass

AT_ONCE, DAILY, NEVER = MAIL = ("at_once", "daily", "never")
"""When somebody is written to about what is in the inbox anyway."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A reason to be told, what it is called, and whether people are written to who chose nothing."""

    name: str
    caption: str
    mail: str


ASSIGNED = Kind("assigned", "Given to you", AT_ONCE)
MENTIONED = Kind("mentioned", "Mentions of you", AT_ONCE)
SHARED = Kind("shared", "Shared with you", AT_ONCE)
FOLLOWED = Kind("followed", "What you follow", DAILY)
COMPLETED = Kind("completed", "Background work", NEVER)

HANDED_OVER = "handed_over"
"""What happened where somebody is given all that a person had: the record is that person."""

KINDS = {each.name: each for each in (MENTIONED, ASSIGNED, SHARED, COMPLETED, FOLLOWED)}
"""The weightiest first: who is to be told of one thing for several reasons is told for the first."""
