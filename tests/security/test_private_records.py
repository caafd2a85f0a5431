"""ID-08: a private record is found by its owner and those it is shared with, and by nobody else anywhere."""

from collections.abc import Awaitable
from typing import Any

import pytest
from crm.v1 import exports_pb2, notes_pb2, notices_pb2, records_pb2, standard_pb2, timeline_pb2
from crm.v1.exports_pb2_grpc import ExportsStub
from crm.v1.notes_pb2_grpc import NotesStub
from crm.v1.records_pb2_grpc import RecordsStub
from crm.v1.timeline_pb2_grpc import TimelinesStub

from kit.access.entries import ChoiceValue, Permission
from kit.entity.levels import TEAM_ROLES
from kit.errors import Denied, Invalid, NotFound, Problem
from kit.notices.giving import subject
from kit.testing.organisation import MANAGES, TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services

TOY = "toys.Toy"
EVERYTHING = Permission(TOY, True, True, True, True, True, True, True)


class Den:
    """A private toy of Ana's among others of hers, in an organisation where toys are open to all."""

    def __init__(self, toys: Serving, organisation: TestOrganisation, ana: Any, made: Any) -> None:
        self.toys, self.organisation, self.ana, self.made = toys, organisation, ana, made

    def stub(self, person: Any, kind: Any = services.ToysStub) -> Any:
        return self.toys.stub(kind, person)

    def records(self, person: Any) -> Any:
        return self.stub(person, RecordsStub)

    async def change(self, person: Any, **values: Any) -> Any:
        record = pb.Toy(id=self.made.id, **values)
        return await self.stub(person).Update(pb.ToyPatch(record=record, mask={"paths": [*values]}))

    async def share(self, by: Any, kind: str, to: Any, level: str = "read", role: str = "") -> Any:
        said = {"principal_kind": kind, "principal_id": str(to), "level": level, "role": role}
        request = records_pb2.ShareRequest(entity=TOY, id=self.made.id, **said)
        return await self.records(by).Share(request)

    async def finds(self, person: Any) -> bool:
        try:
            await self.stub(person).Get(standard_pb2.GetRequest(id=self.made.id))
        except NotFound:
            return False
        return True

    async def history(self) -> list[Any]:
        asked = records_pb2.HistoryRequest(entity=TOY, id=self.made.id)
        return list((await self.records(self.ana).History(asked)).items)


@pytest.fixture
async def den(toys: Serving, organisation: TestOrganisation) -> Den:
    ana = await organisation.person("Ana")
    toy = pb.Toy(name="Hidden Bear", code=f"den {ana.person_id}", pieces=7, private=True)
    return Den(toys, organisation, ana, await toys.stub(services.ToysStub, ana).Create(toy))


def asks_by_id(den: Den, person: Any) -> dict[str, Awaitable[Any]]:
    """Everything that takes a record's id, as somebody asks it of what is private."""
    id, toys, beside = den.made.id, den.stub(person), den.records(person)
    one = {"entity": TOY, "id": id}
    return {
        "get": toys.Get(standard_pb2.GetRequest(id=id)),
        "update": toys.Update(
            pb.ToyPatch(record=pb.Toy(id=id, note="Seen"), mask={"paths": ["note"]})
        ),
        "delete": toys.Delete(standard_pb2.DeleteRequest(id=id)),
        "verb": toys.Sell(pb.Sale(id=id)),
        "history": beside.History(records_pb2.HistoryRequest(**one)),
        "shares": beside.ListShares(records_pb2.GetShares(**one)),
        "explain": beside.Explain(records_pb2.ExplainRequest(**one)),
        "restore": beside.Restore(records_pb2.RestoreRequest(**one)),
        "notes": den.stub(person, NotesStub).List(notes_pb2.NotesRequest(**one)),
        "timeline": den.stub(person, TimelinesStub).List(timeline_pb2.TimelineRequest(**one)),
    }


async def found_in_many(den: Den, person: Any) -> set[str]:
    """By which ways of asking for many somebody comes upon it."""
    mine, toys, beside = f'code = "{den.made.code}"', den.stub(person), den.records(person)
    listed = await toys.List(standard_pb2.ListRequest(filter=mine, count=True))
    searched = await toys.List(standard_pb2.ListRequest(search="Hidden Bear", filter=mine))
    sorted_ = await toys.List(standard_pb2.ListRequest(filter=mine, order_by="name"))
    counted = await beside.Aggregate(
        records_pb2.AggregateRequest(entity=TOY, filter=mine, measures=["count", "sum(pieces)"])
    )
    titles = await beside.Titles(records_pb2.TitlesRequest(entity=TOY, ids=[den.made.id]))
    found = await beside.Find(
        records_pb2.FindRequest(entity=TOY, field="code", values=[den.made.code])
    )
    exported = [
        each.data
        async for each in den.stub(person, ExportsStub).Export(
            exports_pb2.ExportRequest(entity=TOY, filter=mine), seconds=20
        )
    ]
    ways = {
        "list": bool(listed.items) or bool(listed.page.total),
        "search": bool(searched.items),
        "sort": bool(sorted_.items),
        "figures": counted.items[0].measures["count"] != "0",
        "titles": bool(titles.titles),
        "find": bool(found.items),
        "export": b"Hidden Bear" in b"".join(exported),
    }
    return {name for name, said in ways.items() if said}


EVERY_WAY = {"list", "search", "sort", "figures", "titles", "find", "export"}


async def test_no_way_leads_to_what_is_private(den: Den, organisation: TestOrganisation) -> None:
    """ID-08: neither for a colleague, nor for whom a profile opens all toys."""
    assert await found_in_many(den, await organisation.person("Boss", EVERYTHING)) == set()
    plain = Permission(TOY, view=True, create=True, edit=True, delete=True, export=True)
    assert await found_in_many(den, await organisation.person("Eve", plain)) == set()
    eve = await organisation.person("Eve", EVERYTHING)
    for name, asked in asks_by_id(den, eve).items():
        assert await refusal(asked) is NotFound, name
    assert await found_in_many(den, await with_export(den)) == EVERY_WAY


async def refusal(asked: Awaitable[Any]) -> type[Problem] | None:
    try:
        await asked
    except Problem as problem:
        return type(problem)
    return None


async def with_export(den: Den) -> Any:
    """Somebody it is shared with, who may take files out."""
    bob = await den.organisation.person("Bob", EVERYTHING)
    await den.share(den.ana, "person", bob.person_id)
    return bob


async def test_shares_reach_the_members_and_nobody_above_them(
    den: Den, organisation: TestOrganisation
) -> None:
    """ID-08: as a person, in a role, below a role, in a group; and till it is taken back."""
    top = await organisation.role()
    low = await organisation.role(parent=top)
    boss = await organisation.person("Boss", roles=(top,))
    bob = await organisation.person("Bob", roles=(low,))
    group = await organisation.group(bob)
    for kind, to in (("person", bob.person_id), ("role", low), ("group", group)):
        await den.share(den.ana, kind, to)
        assert await den.finds(bob)
        assert not await den.finds(boss)
        await den.records(den.ana).Unshare(
            records_pb2.ShareRequest(
                entity=TOY, id=den.made.id, principal_kind=kind, principal_id=str(to)
            )
        )
        assert not await den.finds(bob)
    await den.share(den.ana, "role_and_below", top)
    assert await den.finds(bob)
    assert await den.finds(boss)


async def test_who_has_it_in_full_says_who_sees_it(
    den: Den, organisation: TestOrganisation
) -> None:
    """ID-08: a co-owner opens and closes it, who may merely edit does neither."""
    bob, eve = await organisation.person("Bob"), await organisation.person("Eve")
    await den.share(den.ana, "person", bob.person_id, "edit")
    with pytest.raises(Denied) as refused:
        await den.change(bob, private=False)
    assert "private" in refused.value.fields
    await den.share(den.ana, "person", bob.person_id, "full")
    assert (await den.change(bob, private=False)).version > den.made.version
    assert await den.finds(eve)
    await den.change(bob, private=True)
    assert not await den.finds(eve)
    told = [change.field for entry in await den.history() for change in entry.changes]
    assert told.count("private") == 3


async def test_what_is_private_has_an_owner(den: Den, organisation: TestOrganisation) -> None:
    """ID-08: handing it over ends the shares, and the new owner alone sees it."""
    bob, eve = await organisation.person("Bob"), await organisation.person("Eve")
    await den.share(den.ana, "person", eve.person_id)
    with pytest.raises(Invalid) as refused:
        await den.stub(den.ana).Update(
            pb.ToyPatch(record=pb.Toy(id=den.made.id), mask={"paths": ["owner_id"]})
        )
    assert "private" in refused.value.fields
    await den.change(den.ana, owner_id=str(bob.person_id))
    assert [await den.finds(each) for each in (bob, den.ana, eve)] == [True, False, False]


async def test_who_manages_access_may_lift_it(den: Den, organisation: TestOrganisation) -> None:
    """ID-08: known by its id and owner alone, opened under her own name; all others are refused."""
    eve = await organisation.person("Eve", EVERYTHING)
    root = await organisation.person("Root", EVERYTHING, MANAGES)
    asked = records_pb2.PrivateRequest(entity=TOY, owner_id=str(den.ana.person_id))
    lift = records_pb2.LiftPrivacyRequest(entity=TOY, id=den.made.id)
    for call in (den.records(eve).ListPrivate(asked), den.records(eve).LiftPrivacy(lift)):
        with pytest.raises(Denied):
            await call
    assert await found_in_many(den, root) == set()
    (known,) = (await den.records(root).ListPrivate(asked)).items
    assert (known.id, known.owner_id) == (den.made.id, str(den.ana.person_id))
    await den.records(root).LiftPrivacy(lift)
    assert await den.finds(eve)
    assert (await den.history())[0].actor == str(root.person_id)
    with pytest.raises(NotFound):
        await den.records(root).LiftPrivacy(lift)
    assert not (await den.records(root).ListPrivate(asked)).items


async def test_a_team_has_roles(den: Den, organisation: TestOrganisation) -> None:
    """ID-08: a member is told once, history and the reasons say the role, and only known ones are taken."""
    await organisation.choices(TEAM_ROLES, ChoiceValue("account_manager", "Account manager"))
    bob = await organisation.person("Bob")
    with pytest.raises(Invalid) as refused:
        await den.share(den.ana, "person", bob.person_id, role="juggler")
    assert "role" in refused.value.fields
    shares = await den.share(den.ana, "person", bob.person_id, "full", role="account_manager")
    assert [each.role for each in shares.items] == ["account_manager"]
    await den.share(den.ana, "person", bob.person_id, "read", role="account_manager")
    assert await told_of(den) == [(str(bob.person_id), "shared")]
    (change,) = (await den.history())[0].changes
    assert change.after.endswith(':read:account_manager"]')
    why = await den.records(bob).Explain(records_pb2.ExplainRequest(entity=TOY, id=den.made.id))
    assert any("as Account manager (read)" in each for each in why.reasons)
    assert any("private" in each for each in why.reasons)


async def told_of(den: Den) -> list[tuple[str, str]]:
    """Who was told something of it, and why."""
    rows = await den.toys.process.database.pool.fetch(
        "select body from outbox where subject = $1 order by id", subject("toys")
    )
    told = [notices_pb2.NoticeGiven.FromString(row["body"]) for row in rows]
    return [
        (who.person_id, who.kind)
        for each in told
        if each.record_id == den.made.id
        for who in each.addressees
    ]
