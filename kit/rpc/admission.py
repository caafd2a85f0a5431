"""Who may call what: the gateway calls everything for people, all else is listed by the callee."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from kit.actor import Actor
from kit.errors import Denied

Admits = Mapping[str, Collection[str]]
"""Process → what it may call here beyond the gateway's calls for people: `Opportunities/Create`."""

REFERENCES = ("Records/Refer", "Records/Find", "Records/TitlesFor", "Imports/Made")
"""What a service asks about the records to which its own refer: copies of them, which of them have the
names that stand in a file, what they are called for somebody who is told of them, and which of them a
file has made whose lines take them along."""

OF_EVERY_SERVICE: Admits = {"gateway": ("Records/Describe", "Records/Schemas")}
"""What every service answers: the gateway opens the way to it before the first person needs it, and
asks what its fields take, for the manual."""


@dataclass(frozen=True)
class Admission:
    """The table of one service, which its `main.py` gives."""

    service: str
    admits: Admits

    def callers(self, method: str) -> frozenset[str]:
        """The processes that may call a method in their own name, or with a person's proof."""
        short = method.rpartition(".")[2]
        return frozenset(
            process
            for table in (self.admits, OF_EVERY_SERVICE)
            for process, methods in table.items()
            if short in methods
        )

    def require(self, actor: Actor, method: str, callers: frozenset[str]) -> None:
        """Refuses a process that is not listed for a method."""
        if actor.peer and actor.peer not in callers:
            raise Denied(
                f"{self.service} does not answer {actor.peer} on {method}: what it admits stands "
                f"in its main.py."
            )
