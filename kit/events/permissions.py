"""What each process may do on NATS: publish its own events, consume what it listens to, nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.events.subjects import HAND_OVERS, POLICY, POLICY_STREAM, inbox_of, stream_of

GATEWAY, OWNER_OF_POLICY = "gateway", "identity"
_OF_THE_OWNER = ("INFO", "CREATE", "UPDATE", "PURGE")


@dataclass(frozen=True)
class Permissions:
    """The subjects of one user; a process that may publish nothing is denied all of them."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]

    def configuration(self) -> dict[str, Any]:
        """As nats-server reads it."""
        publish = {"allow": [*self.publish]} if self.publish else {"deny": [">"]}
        return {"publish": publish, "subscribe": {"allow": [*self.subscribe]}}


def permissions(
    processes: Iterable[str],
    handlers: Mapping[str, Mapping[str, str]],
    watches: Mapping[str, Sequence[str]],
    copies: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Permissions]:
    """Of every process.

    `handlers` are its durable handlers, `watches` what it only sees pass by, and `copies` the services
    whose records it keeps copies of.
    """
    followed = copies or {}
    return {
        name: Permissions(
            (*_published(name, handlers.get(name, {})), *_followed(name, followed.get(name, ()))),
            (f"{inbox_of(name)}.>", *_own(name), *watches.get(name, ())),
        )
        for name in processes
    }


def _own(name: str) -> tuple[str, ...]:
    return () if name == GATEWAY else (f"crm.{name}.>", f"rapport.poke.{name}")


def _published(name: str, handlers: Mapping[str, str]) -> Iterable[str]:
    if name == GATEWAY:
        return
    yield from _own(name)
    for stream in _streams(name):
        yield from (f"$JS.API.STREAM.{what}.{stream}" for what in _OF_THE_OWNER)
        # What all have handled of a stream that is nearly full may go; who they are stands there.
        yield f"$JS.API.CONSUMER.LIST.{stream}"
    follows = {"take_over": HAND_OVERS}
    if name != OWNER_OF_POLICY:
        follows["follow_the_policy"] = f"{POLICY}.>"
    for handler, subject in {**handlers, **follows}.items():
        yield from _consumed(stream_of(subject), f"{name}_{handler}", subject)


def _streams(name: str) -> tuple[str, ...]:
    own = stream_of(f"crm.{name}.any.thing")
    return (own, POLICY_STREAM) if name == OWNER_OF_POLICY else (own,)


def _followed(name: str, services: Iterable[str]) -> Iterable[str]:
    """One durable for each service whose records are copied, with as many filters as it needs."""
    for service in services:
        yield from _consumed(f"CRM_{service.upper()}", f"{name}_follow_{service}_copies")


def _consumed(stream: str, consumer: str, subject: str = "") -> Iterable[str]:
    """One durable: to make it, with its filter if it has one, to look at it, to pull, to acknowledge."""
    yield f"$JS.API.CONSUMER.CREATE.{stream}.{consumer}" + (f".{subject}" if subject else "")
    yield f"$JS.API.CONSUMER.INFO.{stream}.{consumer}"
    yield f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
    yield f"$JS.ACK.{stream}.{consumer}.>"
