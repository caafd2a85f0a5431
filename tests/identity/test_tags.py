"""XC-01: tags are made by who may, named anew, merged for good, and known to every service by the policy."""

from typing import Any

import msgspec
import pytest
from crm.identity.v1 import profiles_pb2, tag_categories_pb2, tags_pb2
from crm.identity.v1.tag_categories_pb2_grpc import TagCategoriesStub
from crm.identity.v1.tags_pb2_grpc import TagsStub
from crm.sales.v1 import opportunities_pb2
from crm.sales.v1.opportunities_pb2_grpc import OpportunitiesStub
from crm.v1 import standard_pb2
from google.protobuf.field_mask_pb2 import FieldMask

from kit.actor import Actor
from kit.errors import Conflict, Denied, Invalid, Refused
from kit.ids import uuid7
from kit.testing.serving import Serving
from tests.identity.office import Office, actor, unique
from tests.waiting import until


class Drawer:
    """The tags of the organisation, in the hands of somebody."""

    def __init__(self, office: Office, caller: Any = None) -> None:
        self.office = office
        self.tags = office.serving.stub(TagsStub, caller or office.admin)
        self.categories = office.serving.stub(TagCategoriesStub, caller or office.admin)

    async def tag(self, name: str = "", **said: Any) -> Any:
        return await self.tags.Create(tags_pb2.Tag(name=name or unique("Tag"), **said))

    async def set(self, tag: Any, **said: Any) -> Any:
        record = tags_pb2.Tag(id=tag.id, **said)
        return await self.tags.Update(
            tags_pb2.TagPatch(record=record, mask=FieldMask(paths=list(said)))
        )

    async def merge(self, tag: Any, into: Any) -> Any:
        return await self.tags.Merge(tags_pb2.MergeTag(id=tag.id, into_id=into.id))

    async def published(self, tag: Any) -> dict[str, Any]:
        told = (await self.office.snapshot()).objects
        (part,) = [each for each in told if each.kind == "tag" and each.id == tag.id]
        body: dict[str, Any] = msgspec.json.decode(part.body)
        return body


@pytest.fixture
def drawer(office: Office) -> Drawer:
    return Drawer(office)


async def test_what_is_stored_is_made_of_the_name_and_stays(drawer: Drawer) -> None:
    """XC-01"""
    number = uuid7().hex
    tag = await drawer.tag(f"Schlüssel-Kunde {number}!")
    assert tag.value == f"schlussel_kunde_{number}"
    renamed = await drawer.set(tag, name=f"Key account {number}")
    assert renamed.value == tag.value
    assert (await drawer.published(tag))["name"] == f"Key account {number}"


async def test_names_that_are_stored_alike_are_told_apart(drawer: Drawer) -> None:
    """XC-01: C++ and C# are two tags, and so is a name without a letter of ours."""
    number = uuid7().hex
    one, other = await drawer.tag(f"{number}++"), await drawer.tag(f"{number}#")
    assert one.value != other.value
    assert other.value.startswith(one.value)
    assert (await drawer.tag("клиент " + "☃" * 3)).value.startswith("tag_")


async def test_a_name_is_taken_whatever_its_case_and_accents(drawer: Drawer) -> None:
    """XC-01"""
    name = unique("Prioritätskunde")
    await drawer.tag(name)
    with pytest.raises(Conflict) as taken:
        await drawer.tag(name.upper().replace("Ä", "A"))
    assert set(taken.value.fields) == {"name"}


async def test_a_name_fits_into_a_list_of_names(drawer: Drawer) -> None:
    """XC-01"""
    for ill in ("a, b", "a;b", "x" * 61, "x" * 180_000, "a\0", " "):
        with pytest.raises(Invalid) as wrong:
            await drawer.tag(ill)
        assert set(wrong.value.fields) == {"name"}


async def test_merging_is_told_and_for_good(drawer: Drawer) -> None:
    """XC-01"""
    gone, stays, third = await drawer.tag(), await drawer.tag(), await drawer.tag()
    merged = await drawer.merge(gone, stays)
    assert merged.merged_into_id == stays.id
    assert (await drawer.published(gone))["into_id"] == stays.id
    with pytest.raises(Refused):
        await drawer.merge(gone, third)
    for target in (gone, third):
        with pytest.raises(Invalid) as wrong:
            await drawer.merge(third, target)
        assert set(wrong.value.fields) == {"into_id"}
    with pytest.raises(Conflict):
        await drawer.tag(gone.name)


async def test_a_category_goes_when_no_tag_stands_in_it(drawer: Drawer) -> None:
    """XC-01"""
    made = tag_categories_pb2.TagCategory(
        name=unique("Category"), tone="green", entity_names=["parties.Account"]
    )
    category = await drawer.categories.Create(made)
    tag = await drawer.tag(category_id=category.id)
    with pytest.raises(Refused):
        await drawer.categories.Delete(standard_pb2.DeleteRequest(id=category.id))
    await drawer.set(tag, category_id="")
    await drawer.categories.Delete(standard_pb2.DeleteRequest(id=category.id))
    with pytest.raises(Invalid):
        await drawer.categories.Create(
            tag_categories_pb2.TagCategory(name=unique("Category"), entity_names=["no entity"])
        )


async def test_who_has_the_right_makes_tags_and_who_administers_categories(
    drawer: Drawer, office: Office
) -> None:
    """XC-01: by the profile, without any right to manage access or to configure."""
    seller = Drawer(office, actor(await office.seller()))
    own, other = await seller.tag(), await drawer.tag()
    assert (await seller.set(own, name=unique("Own"))).value == own.value
    for attempt in (
        seller.set(other, name="Mine"),
        seller.merge(own, other),
        seller.categories.Create(tag_categories_pb2.TagCategory(name=unique("Category"))),
    ):
        with pytest.raises(Denied):
            await attempt
    sees = profiles_pb2.Permission(entity="*", view=True)
    profile = await office.profile(sees)
    guest = Drawer(office, actor(await office.person(profile_ids=[profile.id])))
    with pytest.raises(Denied):
        await guest.tag()


async def test_a_merge_reaches_the_records_of_another_service(
    drawer: Drawer, office: Office, sales: Serving
) -> None:
    """XC-01: by the policy alone, as it is published."""
    gone, stays = await drawer.tag(), await drawer.tag()
    epoch = (await office.snapshot()).epoch
    caller = Actor.person(office.admin.person_id, min_epoch=epoch)
    deals = sales.stub(OpportunitiesStub, caller)
    deal = await deals.Create(
        opportunities_pb2.Opportunity(name=unique("Deal"), tags=[gone.name, stays.value])
    )
    assert list(deal.tags) == [gone.value, stays.value]
    await drawer.merge(gone, stays)

    async def followed() -> bool:
        kept = await deals.Get(standard_pb2.GetRequest(id=deal.id))
        return list(kept.tags) == [stays.value]

    await until(followed, "the deal has what the tag became, once")
    asked = standard_pb2.ListRequest(filter=f'tags:"{gone.name}" AND id = {deal.id}')
    assert [each.id for each in (await deals.List(asked)).items] == [deal.id]
