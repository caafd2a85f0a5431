"""What makes one service this one and no other."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from kit.events.consuming.listeners import Listener
from kit.indexing.custom_fields import Tell
from kit.indexing.telling import tell_identity
from kit.records.methods.standard import Records
from kit.records.process import BeforeCommit, Process
from kit.rpc.admission import Admits
from kit.settings import ServiceSettings

Job = Callable[[Process], Awaitable[None]]


@dataclass(frozen=True)
class Every:
    """A job on a clock; it runs as a system actor of its own name."""

    seconds: float
    job: Job

    @property
    def name(self) -> str:
        return str(getattr(self.job, "__name__", "job"))


@dataclass
class Service:
    """Everything that makes one service this one and no other."""

    name: str
    settings: ServiceSettings
    records: Sequence[Callable[[Process], Records[Any, Any]]]
    others: Sequence[Callable[[Process], Any]] = ()
    consumers: Sequence[Listener[Any]] = ()
    jobs: Sequence[Every] = ()
    before_commit: Sequence[BeforeCommit] = ()
    started: Sequence[Job] = ()
    admits: Admits = field(default_factory=dict)
    choices: Mapping[str, Iterable[str]] = field(default_factory=dict)
    """The value lists of its fields, each with the values with which a new organisation begins."""
    owns_policy: bool = False
    writes_letters: bool = False
    """Whether it sends mail, if the settings name a server."""
    tell_indexes: Tell = tell_identity
    """How identity comes to know how far the indexes over custom fields are."""
    holds: Sequence[AbstractAsyncContextManager[Any]] = ()
