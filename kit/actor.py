"""Who is calling: carried in metadata, verified by every service, ambient only here."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

from kit.errors import Anonymous

DOOR = "system:gateway-door"
"""The gateway while nobody has signed in yet: it may knock at identity's door and nothing else."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, or a named part of the system that works without one."""

    person_id: UUID | None
    name: str
    session: str = ""
    scopes: frozenset[str] = field(default_factory=frozenset)
    min_epoch: int = 0
    proof: str = field(default="", repr=False)
    """The gateway's words to this process for the person's call: by them it may speak for that person."""
    proof_until: float = 0.0
    peer: str = ""
    """The process that calls, in its own name or for a person; empty when the gateway lets one in."""

    @classmethod
    def system(cls, name: str) -> "Actor":
        """Work that nobody asked for, e.g. `system("sales.nightly_forecast")`; it may see everything.

        Other services answer it only under the name of the process that does it.
        """
        return cls(None, f"system:{name}")

    @classmethod
    def person(cls, person_id: UUID, *, min_epoch: int = 0) -> "Actor":
        """A person whose work goes on after the request, e.g. an import; no other service takes it."""
        return cls(person_id, str(person_id), min_epoch=min_epoch)

    @classmethod
    def door(cls) -> "Actor":
        """The gateway itself, which asks who somebody is; it has no rights of its own."""
        return cls(None, DOOR)

    @property
    def is_system(self) -> bool:
        return self.person_id is None

    @property
    def unlimited(self) -> bool:
        """Whether no profile limits it: every part of the system but the gateway's door."""
        return self.person_id is None and self.name != DOOR


_calling: ContextVar[Actor | None] = ContextVar("actor", default=None)


def calling() -> Actor:
    """The actor of the call being served."""
    actor = _calling.get()
    if actor is None:
        raise Anonymous
    return actor


def calls(actor: Actor | None) -> None:
    """Names the actor for the rest of this task, or says that nobody is known; for the edges only."""
    _calling.set(actor)


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Names another actor for a while, e.g. for what a process asks in its own name amid a call."""
    before = _calling.set(actor)
    try:
        yield
    finally:
        _calling.reset(before)
