"""How identity comes to know the lists of a service: the service declares them when it starts.

Identity owns the lists, and what administrators made of them stays as it is; a declaration adds what
is new. Nobody waits for it: without identity a list is as the service begins with it.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from crm.identity.v1 import policy_pb2 as pb
from crm.identity.v1.policy_pb2_grpc import PoliciesStub

from kit.actor import Actor, calls
from kit.entity import Choice, Record
from kit.errors import Problem
from kit.telemetry.logs import log

if TYPE_CHECKING:
    from kit.records.process import Process

_AGAIN_SECONDS = 2.0


async def declare_choices(process: "Process") -> None:
    """Declares the lists once; while identity is away, asks again and again."""
    if not process.choices.first:
        return
    calls(Actor.system(f"{process.name}.declare_choices"))
    request, refused = declaration(process), ""
    while True:
        try:
            await process.peers.stub(PoliciesStub).DeclareChoices(request)
        except Problem as problem:
            if problem.message != refused:
                log.warning("choices.not_declared", error=problem.message)
            refused = problem.message
            await asyncio.sleep(_AGAIN_SECONDS)
        else:
            return


def declaration(process: "Process") -> pb.DeclareChoicesRequest:
    """The lists that this service begins with, by the fields that choose from them."""
    captions = captions_of(process.entities.values())
    lists = [
        pb.DeclaredList(
            name=name,
            caption=captions.get(name, name),
            values=[
                pb.DeclaredValue(value=each.value, caption=each.caption, retired=each.retired)
                for each in values
            ],
        )
        for name, values in process.choices.first.items()
    ]
    return pb.DeclareChoicesRequest(lists=lists)


def captions_of(records: Iterable[type[Record]]) -> Mapping[str, str]:
    """A list goes by the field that chooses from it first, e.g. `Accounts: Industry`."""
    captions: dict[str, str] = {}
    for record in records:
        for known in record.fields.values():
            if isinstance(known.said.kind, Choice):
                captions.setdefault(known.said.kind.list, f"{record.plural}: {known.said.label}")
    return captions
