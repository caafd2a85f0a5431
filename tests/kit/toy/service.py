"""The service of toys, wired like any other."""

from typing import Any

from crm.v1 import standard_pb2

from kit import errors
from kit.access.entries import ChoiceValue
from kit.entity import Level
from kit.records import Records
from kit.records.process import Process
from kit.rpc import call as rpc
from kit.service import Service
from kit.settings import ServiceSettings
from tests.kit.toy.contract import pb, services
from tests.kit.toy.model import Diary, Toy, Wear

SHAPES = (
    ChoiceValue("round", "Round"),
    ChoiceValue("square", "Square"),
    ChoiceValue("flat", "Flat", retired=True),
)


class Toys(Records[Toy, Any], services.ToysServicer):
    """Things to play with."""

    record, message, listing = Toy, pb.Toy, pb.ToyList

    async def Sell(self, request: Any, context: Any) -> Any:
        self.permit("edit")
        async with self.work(request) as work:
            toy = await work.get(Toy, request.id, Level.EDIT)
            await self.same_version(work, toy, request)
            toy.sell(request.note)
            shown = await work.show(toy)
            if request.note == "and fall":
                raise ZeroDivisionError("the password is hunter2")
            return shown

    async def Mend(self, request: Any, context: Any) -> Any:
        async with self.work(request) as work:
            toy = await work.get(Toy, request.id, Level.EDIT)
            toy.wear = Wear.USED
            return await work.show(toy)

    async def Fail(self, request: Any, context: Any) -> Any:
        """Raises the class that the note names; `left` answers the seconds that are left."""
        if request.note == "left":
            return pb.Toy(weight=str(rpc.current().seconds_left()))
        if request.note in errors.KINDS:
            raise errors.KINDS[request.note](
                "Told", {"name": "why"}, current=b'{"version":7}', retry_after=3
            )
        raise RuntimeError(f"the secret of {request.note}")

    async def Ask(self, request: Any, context: Any) -> Any:
        """Asks ourselves, as whoever calls: for `Fail`, or for a `List` that we do not admit."""
        stub = self.process.peers.stub(services.ToysStub)
        if request.note == "list":
            await stub.List(standard_pb2.ListRequest())
        return await stub.Fail(request)


class Diaries(Records[Diary, Any], services.DiariesServicer):
    """What people keep to themselves."""

    record, message, listing = Diary, pb.Diary, pb.DiaryList


async def begin_with_shapes(process: Process) -> None:
    process.choices.begin_with({"toys.toy.shape": SHAPES})


def toys(settings: ServiceSettings, name: str = "toys") -> Service:
    """Toys and diaries."""
    return Service(
        name, settings, [Toys, Diaries], started=[begin_with_shapes], admits={name: ["Toys/Fail"]}
    )
