"""A world published to a running service, and its answers asked for over the wire."""

from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub
from sqlalchemy import text

from kit.access import entries
from kit.actor import Actor
from kit.errors import Denied, NotFound
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services
from tests.security.oracle import Principal, Thing, World
from tests.security.worlds import ENTITY, id_of, parts

MANY = standard_pb2.ListRequest(page_size=200, count=True)
_GOD = Actor.person(id_of("person", 50))
_ALL = tuple(
    entries.Permission(each, True, True, True, True, True, True) for each in (ENTITY, "access")
)


class ServedWorld:
    """One service to which one world after another is published."""

    def __init__(self, serving: Serving, organisation: TestOrganisation) -> None:
        self.serving = serving
        self._organisation = organisation
        self._published: dict[tuple[str, str], Any] = {}
        self.ids: list[str] = []

    def toys(self, user: int) -> Any:
        return self.serving.stub(services.ToysStub, actor(user))

    def beside(self, user: int) -> Any:
        return self.serving.stub(RecordsStub, actor(user))

    async def begin(self, world: World) -> None:
        """Empties the service and tells it a whole world."""
        async with self.serving.process.database.engine.begin() as connection:
            await connection.execute(text("truncate toy, share, history, outbox, answered cascade"))
        self.ids = []
        await self._tell("profile", str(id_of("profile", 50)), entries.Profile("All", _ALL))
        await self._tell("person", str(_GOD.person_id), _god())
        # Who has left is given nothing new (A6), so the records are there before anybody leaves.
        all_here = [replace(each, active=True) for each in world.people]
        await self.sync(replace(world, people=all_here))
        for thing in world.things:
            await self.create(thing)
        await self.sync(world)

    async def end(self) -> None:
        """Takes back all that was told."""
        for kind, part_id in list(self._published):
            await self._tell(kind, part_id, None)

    async def sync(self, world: World) -> None:
        """Tells what differs from what was told before."""
        wanted = {(kind, part_id): body for kind, part_id, body in parts(world)}
        for kind, part_id in set(self._published) - set(wanted):
            await self._tell(kind, part_id, None)
        for (kind, part_id), body in wanted.items():
            await self._tell(kind, part_id, body)

    async def _tell(self, kind: str, part_id: str, body: Any) -> None:
        if self._published.get((kind, part_id)) == body:
            return
        await self._organisation.publish(kind, body, UUID(part_id))
        if str(part_id) not in (str(_GOD.person_id), str(id_of("profile", 50))):
            self._published[kind, part_id] = body

    # What happens to records, by somebody who may do everything.

    async def create(self, thing: Thing) -> None:
        owner = str(id_of("person", thing.owner))
        god = self.serving.stub(services.ToysStub, _GOD)
        made = await god.Create(pb.Toy(name=f"Toy {len(self.ids)}", owner_id=owner))
        self.ids.append(made.id)
        number = len(self.ids) - 1
        for principal, level in thing.shares.items():
            await self.share(number, principal, level)
        if thing.private:
            await self.close(number)

    async def close(self, number: int) -> None:
        await self._update(number, "private", private=True)

    async def open(self, number: int) -> None:
        """Whoever may do everything sees it no more, and lifts it as who manages access."""
        asked = records_pb2.LiftPrivacyRequest(entity=ENTITY, id=self.ids[number])
        await self.serving.stub(RecordsStub, _GOD).LiftPrivacy(asked)

    async def move(self, number: int, owner: int) -> None:
        await self._update(number, "owner_id", owner_id=str(id_of("person", owner)))

    async def _update(self, number: int, name: str, **said: Any) -> None:
        toy = pb.Toy(id=self.ids[number], **said)
        god = self.serving.stub(services.ToysStub, _GOD)
        await god.Update(pb.ToyPatch(record=toy, mask={"paths": [name]}))

    async def share(self, number: int, principal: Principal, level: str) -> None:
        await self.serving.stub(RecordsStub, _GOD).Share(self._share(number, principal, level))

    async def unshare(self, number: int, principal: Principal) -> None:
        await self.serving.stub(RecordsStub, _GOD).Unshare(self._share(number, principal, "read"))

    def _share(self, number: int, principal: Principal, level: str) -> Any:
        kind, who = principal
        return records_pb2.ShareRequest(
            entity=ENTITY,
            id=self.ids[number],
            principal_kind=kind,
            principal_id=str(id_of(kind, who)),
            level=level,
        )

    # What a person is answered; `None` where the person's profiles do not let her ask at all.

    async def listed(self, user: int, request: Any = MANY) -> list[int] | None:
        """The numbers of the rows in one answer, checked against the answer's own count."""
        page = await _or_denied(self.toys(user).List(request))
        if page is None:
            return None
        assert page.page.total == len(page.items)
        return [self.ids.index(item.id) for item in page.items]

    async def paged(self, user: int, order: str = "") -> list[int]:
        """The same, page by page of two rows."""
        found, token = [], None
        while token != "":
            request = standard_pb2.ListRequest(page_size=2, page_token=token or "", order_by=order)
            page = await self.toys(user).List(request)
            found += [self.ids.index(item.id) for item in page.items]
            token = page.page.next_page_token
        return found

    async def counted(self, user: int) -> int:
        asked = records_pb2.AggregateRequest(entity=ENTITY, measures=["count"])
        figures = await self.beside(user).Aggregate(asked)
        return int(figures.items[0].measures["count"])

    async def gets(self, user: int, number: int) -> bool:
        asked = standard_pb2.GetRequest(id=self.ids[number])
        return await _allowed(self.toys(user).Get(asked))

    async def updates(self, user: int, number: int) -> bool:
        """A patch that changes nothing is refused like any other."""
        return await _allowed(
            self.toys(user).Update(pb.ToyPatch(record=pb.Toy(id=self.ids[number])))
        )

    async def explained(self, user: int, number: int) -> Any:
        """Asked by whoever sees most; what is private, by the person herself."""
        asked = records_pb2.ExplainRequest(
            entity=ENTITY, id=self.ids[number], person_id=str(id_of("person", user))
        )
        for who in (_GOD, actor(user)):
            with suppress(NotFound, Denied):
                return await self.serving.stub(RecordsStub, who).Explain(asked)
        return records_pb2.Explanation(level="none")


def actor(user: int) -> Actor:
    return Actor.person(id_of("person", user))


def _god() -> entries.Person:
    return entries.Person(
        "All", "all@example.com", "active", 60001, 60002, profile_ids=(id_of("profile", 50),)
    )


async def _or_denied(asked: Any) -> Any:
    try:
        return await asked
    except Denied:
        return None


async def _allowed(asked: Any) -> bool:
    try:
        await asked
    except (NotFound, Denied):
        return False
    return True
