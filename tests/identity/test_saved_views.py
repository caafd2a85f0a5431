"""Saved views: a person's own, shared like every record, and never more than a question."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from crm.identity.v1 import default_views_pb2, groups_pb2, saved_views_pb2
from crm.identity.v1.default_views_pb2_grpc import DefaultViewsStub
from crm.identity.v1.saved_views_pb2_grpc import SavedViewsStub
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub
from google.protobuf.field_mask_pb2 import FieldMask

from kit.actor import Actor
from kit.errors import Conflict, Denied, Invalid, NotFound
from kit.ids import uuid7
from tests.identity.office import Office, actor, unique

DEALS = "sales.Opportunity"


class Desk:
    """Where one person keeps views."""

    def __init__(self, office: Office, caller: Actor) -> None:
        self.views = office.serving.stub(SavedViewsStub, caller)
        self.defaults = office.serving.stub(DefaultViewsStub, caller)
        self.beside = office.serving.stub(RecordsStub, caller)

    async def save(self, **said: Any) -> Any:
        given = {"name": unique("View"), "entity_name": DEALS, **said}
        return await self.views.Create(saved_views_pb2.SavedView(**given))

    async def change(self, view: Any, **said: Any) -> Any:
        record = saved_views_pb2.SavedView(id=view.id, **said)
        mask = FieldMask(paths=list(said))
        return await self.views.Update(saved_views_pb2.SavedViewPatch(record=record, mask=mask))

    async def get(self, view: Any) -> Any:
        return await self.views.Get(standard_pb2.GetRequest(id=view.id))

    async def share(self, view: Any, kind: str, principal: str, level: str = "read") -> None:
        given = {"principal_kind": kind, "principal_id": principal, "level": level}
        asked = records_pb2.ShareRequest(entity="identity.SavedView", id=view.id, **given)
        await self.beside.Share(asked)

    async def named(self, only: str = "id != null") -> set[str]:
        filter_ = f'entity_name = "{DEALS}" AND {only}'
        asked = standard_pb2.ListRequest(filter=filter_, page_size=200)
        return {each.name for each in (await self.views.List(asked)).items}

    async def choose(self, view: Any, **said: Any) -> Any:
        given = {"entity_name": DEALS, "view_id": view.id, **said}
        return await self.defaults.Create(default_views_pb2.DefaultView(**given))


@pytest.fixture
async def ana(office: Office) -> Any:
    return await office.seller("Ana")


@pytest.fixture
async def desk(office: Office, ana: Any) -> Desk:
    return Desk(office, actor(ana))


@pytest.fixture
async def other(office: Office) -> Any:
    return await office.seller("Bob")


async def test_a_view_keeps_the_whole_question(desk: Desk) -> None:
    question = {
        "filter": 'amount > 1000 AND account.industry = "retail"',
        "order_by": "amount desc, name",
        "columns": ["name", "amount", "custom.region"],
        "group_by": "stage_id",
        "shape": "table",
    }
    kept = await desk.get(await desk.save(**question))
    assert {name: getattr(kept, name) for name in question} == question


async def test_it_is_private_until_it_is_shared(office: Office, desk: Desk, other: Any) -> None:
    """ID-07: on every way by which it could be found."""
    view = await desk.save()
    stranger = Desk(office, actor(other))
    for attempt in (stranger.get(view), stranger.change(view, name="Mine now")):
        with pytest.raises(NotFound):
            await attempt
    with pytest.raises(NotFound):
        await stranger.views.Delete(standard_pb2.DeleteRequest(id=view.id))
    with pytest.raises(NotFound):
        await stranger.share(view, "person", other.id)
    with pytest.raises(Invalid) as wrong:
        await stranger.choose(view)
    assert "view_id" in wrong.value.fields
    assert view.name not in await stranger.named()
    titles = records_pb2.TitlesRequest(entity="identity.SavedView", ids=[view.id])
    assert not (await stranger.beside.Titles(titles)).titles


async def _with_a_person(office: Office, person: Any) -> tuple[str, str]:
    return "person", person.id


async def _with_a_group(office: Office, person: Any) -> tuple[str, str]:
    made = groups_pb2.Group(name=unique("Group"), person_ids=[person.id])
    return "group", (await office.groups.Create(made)).id


async def _with_a_role(office: Office, person: Any) -> tuple[str, str]:
    role = await office.role()
    await office.change(person, role_ids=[role.id])
    return "role", role.id


async def _with_a_role_above(office: Office, person: Any) -> tuple[str, str]:
    above = await office.role()
    role = await office.role(parent_id=above.id)
    await office.change(person, role_ids=[role.id])
    return "role_and_below", above.id


@pytest.mark.parametrize(
    "whom",
    [_with_a_person, _with_a_group, _with_a_role, _with_a_role_above],
    ids=lambda f: f.__name__,
)
async def test_it_is_shared_as_every_record_is(
    office: Office,
    desk: Desk,
    other: Any,
    whom: Callable[[Office, Any], Awaitable[tuple[str, str]]],
) -> None:
    view, (kind, principal) = await desk.save(), await whom(office, other)
    await desk.share(view, kind, principal)
    theirs = Desk(office, actor(other))
    assert view.name in await theirs.named()
    with pytest.raises(Denied):
        await theirs.change(view, name="Mine now")
    await desk.share(view, kind, principal, "edit")
    assert (await theirs.change(view, filter="amount > 1")).filter == "amount > 1"


async def test_whoever_stands_above_finds_apart_what_is_shared(
    office: Office, desk: Desk, ana: Any, other: Any
) -> None:
    """ID-03: a manager sees all that is theirs below; `shared_with_me` is what was meant for her."""
    above = await office.role()
    below = await office.role(parent_id=above.id)
    boss = await office.seller("Mana", role_ids=[above.id])
    for person in (ana, other):
        await office.change(person, role_ids=[below.id])
    kept, given, passed = [await desk.save() for _ in range(3)]
    await desk.share(given, "role", above.id)
    await desk.share(passed, "person", other.id)
    hers, theirs = Desk(office, actor(boss)), Desk(office, actor(other))
    shared = "shared_with_me = true"
    assert {kept.name, given.name, passed.name} <= await hers.named()
    assert await hers.named(shared) == {given.name}
    assert await theirs.named(shared) == {passed.name}
    assert await desk.named(shared) == set()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"filter": "amount >"}, "filter"),
        ({"filter": "x" * 180_000}, "filter"),
        ({"filter": " OR ".join(f"a = {number}" for number in range(200))}, "filter"),
        ({"order_by": "amount downwards"}, "order_by"),
        ({"order_by": "amount, amount desc"}, "order_by"),
        ({"order_by": "x" * 180_000}, "order_by"),
        ({"columns": ["name); drop table"]}, "columns"),
        ({"columns": [f"a{number}" for number in range(51)]}, "columns"),
        ({"columns": ["x" * 180_000]}, "columns"),
        ({"group_by": "<script>"}, "group_by"),
        ({"shape": "sphere"}, "shape"),
        ({"entity_name": "deals"}, "entity_name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": ""}, "name"),
    ],
)
async def test_what_cannot_be_read_is_not_kept(
    desk: Desk, said: dict[str, Any], field: str
) -> None:
    """S4: each refusal names its field."""
    with pytest.raises(Invalid) as wrong:
        await desk.save(**said)
    assert [each.partition("[")[0] for each in wrong.value.fields] == [field]


async def test_markup_in_a_name_is_text(desk: Desk) -> None:
    name = f"<img src=x onerror=alert(1)> {unique('n')}"
    assert (await desk.get(await desk.save(name=name))).name == name


async def test_a_view_stays_with_its_entity(desk: Desk) -> None:
    view = await desk.save()
    with pytest.raises(Invalid) as wrong:
        await desk.change(view, entity_name="sales.Product")
    assert "entity_name" in wrong.value.fields


async def test_a_person_has_one_default_for_an_entity(desk: Desk) -> None:
    first, second = await desk.save(), await desk.save()
    chosen = await desk.choose(first)
    with pytest.raises(Conflict) as taken:
        await desk.choose(second)
    assert "entity_name" in taken.value.fields
    record = default_views_pb2.DefaultView(id=chosen.id, view_id=second.id)
    patch = default_views_pb2.DefaultViewPatch(record=record, mask=FieldMask(paths=["view_id"]))
    assert (await desk.defaults.Update(patch)).view_id == second.id


async def test_nobody_chooses_for_another(office: Office, desk: Desk, other: Any) -> None:
    view = await desk.save()
    await desk.share(view, "person", other.id)
    with pytest.raises(Invalid) as wrong:
        await desk.choose(view, owner_id=other.id)
    assert "owner_id" in wrong.value.fields
    chosen = await desk.choose(view)
    stranger = Desk(office, actor(other))
    with pytest.raises(NotFound):
        await stranger.defaults.Get(standard_pb2.GetRequest(id=chosen.id))
    record = default_views_pb2.DefaultView(id=chosen.id, view_id=str(uuid7()))
    patch = default_views_pb2.DefaultViewPatch(record=record, mask=FieldMask(paths=["view_id"]))
    with pytest.raises(NotFound):
        await stranger.defaults.Update(patch)


async def test_a_default_outlives_its_view(office: Office, desk: Desk, other: Any) -> None:
    """B2: whoever deletes a shared view takes nothing else from those who chose it."""
    view = await desk.save()
    await desk.share(view, "person", other.id)
    theirs = Desk(office, actor(other))
    chosen = await theirs.choose(view)
    await desk.views.Delete(standard_pb2.DeleteRequest(id=view.id))
    kept = await theirs.defaults.Get(standard_pb2.GetRequest(id=chosen.id))
    assert kept.view_id == view.id
    again = await theirs.save()
    record = default_views_pb2.DefaultView(id=chosen.id, view_id=again.id)
    patch = default_views_pb2.DefaultViewPatch(record=record, mask=FieldMask(paths=["view_id"]))
    assert (await theirs.defaults.Update(patch)).view_id == again.id
