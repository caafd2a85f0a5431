"""Value lists: declared by services, worded by administrators, and known to every service at once."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from crm.campaigns.v1 import campaigns_pb2
from crm.campaigns.v1.campaigns_pb2_grpc import CampaignsStub
from crm.identity.v1 import choice_lists_pb2 as pb
from crm.identity.v1 import policy_pb2, profiles_pb2
from crm.identity.v1.choice_lists_pb2_grpc import ChoiceListsStub
from crm.identity.v1.policy_pb2_grpc import PoliciesStub
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub
from google.protobuf.field_mask_pb2 import FieldMask

from kit.actor import Actor
from kit.errors import Conflict, Denied, Invalid
from kit.testing.serving import Serving
from services.campaigns.config import Settings
from services.campaigns.main import campaigns as campaigns_service
from tests.house import House
from tests.identity.office import Office, actor, unique
from tests.waiting import until

TYPE = "campaigns.campaign.type"


class Lists:
    """The lists as somebody at identity sees them, and campaigns as the same person."""

    def __init__(self, office: Office, campaigns: Serving, caller: Actor) -> None:
        self.office, self.campaigns, self.caller = office, campaigns, caller
        self.stub = office.serving.stub(ChoiceListsStub, caller)

    async def find(self, name: str = TYPE) -> Any:
        asked = standard_pb2.ListRequest(filter=f'name = "{name}"', fields=["values", "caption"])
        found = list((await self.stub.List(asked)).items)
        return found[0] if found else None

    async def set(self, kept: Any, *values: Any, version: int | None = None) -> Any:
        """Gives a list all its values."""
        record, mask = pb.ChoiceList(id=kept.id, values=values), FieldMask(paths=["values"])
        return await self.stub.Update(pb.ChoiceListPatch(record=record, mask=mask, version=version))

    async def add(self, **said: Any) -> Any:
        kept = await self.find()
        return (await self.set(kept, *kept.values, pb.ChoiceValue(**said))).values[-1]

    async def retire(self, value: str) -> None:
        kept = await self.find()
        for each in kept.values:
            each.retired = each.retired or each.value == value
        await self.set(kept, *kept.values)

    async def _now(self) -> Actor:
        """The caller with a token that is as new as identity's last word."""
        epoch = (await self.office.snapshot()).epoch
        assert self.caller.person_id is not None
        return Actor.person(self.caller.person_id, min_epoch=epoch)

    async def campaign(self, **said: Any) -> Any:
        stub = self.campaigns.stub(CampaignsStub, await self._now())
        return await stub.Create(campaigns_pb2.Campaign(name=unique("Campaign"), **said))

    async def offered(self) -> dict[str, Any]:
        """The types as campaigns describes them."""
        beside = self.campaigns.stub(RecordsStub, await self._now())
        told = (await beside.Describe(records_pb2.DescribeRequest())).entities
        fields = next(each.fields for each in told if each.entity == "campaigns.Campaign")
        options = next(each.options for each in fields if each.name == "type")
        return {each.value: each for each in options}


@pytest.fixture(scope="module")
async def campaigns(house: House, serving: Serving) -> AsyncIterator[Serving]:
    """Campaigns, which knows its lists by what identity publishes."""
    started = await house.serve("campaigns", campaigns_service, Settings)
    yield started
    await started.stop()
    del house.serving["campaigns"]


@pytest.fixture
async def lists(office: Office, campaigns: Serving) -> Lists:
    """The administrator's, once campaigns has declared its own."""
    found = Lists(office, campaigns, office.admin)

    async def declared() -> bool:
        return await found.find() is not None

    await until(declared, "campaigns has declared its lists")
    return found


@pytest.fixture
async def declaring(house: House, serving: Serving) -> AsyncIterator[Any]:
    """Identity's policy as other services ask it: each by its name."""
    opened = []

    def stub(name: str) -> Any:
        peers = house.peers(name)
        opened.append(peers)
        other = Serving(serving.service, serving.running, peers, serving._stack)
        return other.stub(PoliciesStub, Actor.system(f"{name}.declare_choices"))

    yield stub
    for each in opened:
        await each.close()


def _declared(name: str, *values: str, caption: str = "") -> policy_pb2.DeclareChoicesRequest:
    told = [policy_pb2.DeclaredValue(value=each, caption=caption) for each in values]
    kept = policy_pb2.DeclaredList(name=name, caption="Campaigns: Theme", values=told)
    return policy_pb2.DeclareChoicesRequest(lists=[kept])


def _line(wrong: Any) -> str:
    assert set(wrong.value.fields) == {"values"}
    return str(wrong.value.fields["values"])


# What administrators do with a list.


async def test_a_service_declares_its_lists_when_it_starts(lists: Lists) -> None:
    """PA-10"""
    kept = await lists.find()
    assert kept.caption == "Campaigns: Type"
    shown = {each.value: each.caption for each in kept.values}
    assert shown["email"] == "Email"
    assert list(shown)[:3] == ["email", "event", "fair"]


async def test_what_an_administrator_adds_is_taken_by_the_service_at_once(lists: Lists) -> None:
    """PA-10"""
    before = (await lists.office.snapshot()).epoch
    added = await lists.add(caption="Podcast épisodes")
    assert added.value == "podcast_episodes"
    assert (await lists.office.snapshot()).epoch == before + 1
    assert (await lists.campaign(type="podcast_episodes")).type == "podcast_episodes"
    assert (await lists.offered())["podcast_episodes"].label == "Podcast épisodes"


async def test_a_list_is_part_of_the_policy(lists: Lists) -> None:
    kept, told = await lists.find(), (await lists.office.snapshot()).objects
    (part,) = [each for each in told if each.kind == "choice" and each.id == kept.id]
    body = msgspec.json.decode(part.body)
    assert body["name"] == TYPE
    assert [each["value"] for each in body["values"]] == [each.value for each in kept.values]


async def test_people_choose_in_the_order_that_the_administrator_gives(lists: Lists) -> None:
    kept = await lists.find()
    await lists.set(kept, *reversed(kept.values))
    assert list(await lists.offered()) == [each.value for each in reversed(kept.values)]
    await lists.set(await lists.find(), *kept.values)


async def test_a_retired_value_stays_and_is_not_chosen_anew(lists: Lists) -> None:
    """PA-10"""
    made = await lists.campaign(type="web")
    await lists.retire("web")
    with pytest.raises(Invalid) as wrong:
        await lists.campaign(type="web")
    assert "retired" in wrong.value.fields["type"]
    stub = lists.campaigns.stub(CampaignsStub, lists.caller)
    assert (await stub.Get(standard_pb2.GetRequest(id=made.id))).type == "web"
    assert (await lists.offered())["web"].retired


async def test_a_record_begins_with_what_the_program_fills_in_even_if_it_is_retired(
    lists: Lists,
) -> None:
    await lists.retire("email")
    made = await lists.campaign()
    assert made.type == "email"
    stub = lists.campaigns.stub(CampaignsStub, lists.caller)
    other = campaigns_pb2.CampaignPatch(
        record=campaigns_pb2.Campaign(id=made.id, type="event"), mask=FieldMask(paths=["type"])
    )
    await stub.Update(other)
    other.record.type = "email"
    with pytest.raises(Invalid) as wrong:
        await stub.Update(other)
    assert "retired" in wrong.value.fields["type"]


async def test_nobody_changes_a_list_from_an_old_look_at_it(lists: Lists) -> None:
    kept = await lists.find()
    await lists.add(caption=unique("Road show"))
    with pytest.raises(Conflict):
        await lists.set(kept, *kept.values, version=kept.version)


@pytest.mark.parametrize(
    ("said", "label"),
    [({"value": "fair"}, "Stored as"), ({"caption": "FÁIR", "value": "fete"}, "Shown as")],
)
async def test_what_stands_in_a_list_already_is_refused_by_its_line(
    lists: Lists, said: dict[str, str], label: str
) -> None:
    """PA-10: whatever case and accents."""
    line = len((await lists.find()).values) + 1
    with pytest.raises(Invalid) as wrong:
        await lists.add(**said)
    assert _line(wrong).startswith(f"Line {line}: {label}: ")


@pytest.mark.parametrize("said", [{}, {"caption": "Ярмарка"}, {"value": "Real estate"}])
async def test_a_value_is_stored_in_plain_letters(lists: Lists, said: dict[str, str]) -> None:
    with pytest.raises(Invalid) as wrong:
        await lists.add(**said)
    assert ": Stored as: " in _line(wrong)


async def test_what_records_may_have_is_not_taken_away(lists: Lists) -> None:
    """PA-10: identity cannot know who has it."""
    kept = await lists.find()
    with pytest.raises(Invalid) as wrong:
        await lists.set(kept, *kept.values[1:])
    assert "'email' (Email)" in _line(wrong)
    kept.values[0].value = "post"
    with pytest.raises(Invalid) as wrong:
        await lists.set(kept, *kept.values)
    assert "'email' (Email)" in _line(wrong)


async def test_an_ordinary_agent_sees_the_lists_and_changes_none(lists: Lists) -> None:
    """A1, PA-10: `*` does not cover what configures the organisation."""
    agent = Lists(lists.office, lists.campaigns, actor(await lists.office.seller()))
    kept = await agent.find()
    with pytest.raises(Denied):
        await agent.set(kept, *kept.values, pb.ChoiceValue(caption="Séance"))


async def test_who_configures_the_organisation_changes_lists_without_giving_access(
    lists: Lists,
) -> None:
    rights = {"view": True, "edit": True, "edit_all": True}
    profile = await lists.office.profile(
        profiles_pb2.Permission(entity="configuration", **rights),
        profiles_pb2.Permission(entity="*", view=True),
    )
    clerk = actor(await lists.office.person("Cleo", profile_ids=[profile.id]))
    added = await Lists(lists.office, lists.campaigns, clerk).add(caption="Street stall")
    assert added.value == "street_stall"


# What services declare.


async def test_declaring_again_changes_nothing_that_an_administrator_has_made_of_a_list(
    lists: Lists, declaring: Any
) -> None:
    name = "campaigns.campaign.theme"
    await declaring("campaigns").DeclareChoices(_declared(name, "spring", "autumn"))
    spring, autumn = (await lists.find(name)).values
    spring.retired, autumn.caption = True, "Fall"
    await lists.set(await lists.find(name), autumn, spring, pb.ChoiceValue(caption="Winter"))
    before = await lists.find(name)
    await declaring("campaigns").DeclareChoices(_declared(name, "spring", "autumn"))
    assert await lists.find(name) == before
    await declaring("campaigns").DeclareChoices(_declared(name, "spring", "autumn", "summer"))
    after = await lists.find(name)
    assert list(after.values)[:-1] == list(before.values)
    assert (after.values[-1].value, after.values[-1].caption) == ("summer", "Summer")


async def test_a_declared_value_is_told_apart_from_one_of_the_same_words(
    lists: Lists, declaring: Any
) -> None:
    name = "campaigns.campaign.tone"
    await declaring("campaigns").DeclareChoices(_declared(name, "warm"))
    kept = await lists.find(name)
    await lists.set(kept, *kept.values, pb.ChoiceValue(value="icy", caption="Cool"))
    await declaring("campaigns").DeclareChoices(_declared(name, "warm", "cool"))
    assert [each.caption for each in (await lists.find(name)).values][1:] == ["Cool", "Cool (cool)"]


async def test_no_service_declares_the_lists_of_another(lists: Lists, declaring: Any) -> None:
    with pytest.raises(Denied, match="its own lists only"):
        await declaring("helpdesk").DeclareChoices(_declared(TYPE, "hearsay"))
    assert "hearsay" not in {each.value for each in (await lists.find()).values}


async def test_a_service_that_identity_does_not_admit_declares_nothing(declaring: Any) -> None:
    with pytest.raises(Denied, match="chat"):
        await declaring("chat").DeclareChoices(_declared("chat.room.mood", "calm"))


async def test_no_person_declares_a_list(office: Office) -> None:
    stub = office.serving.stub(PoliciesStub, office.admin)
    with pytest.raises(Denied):
        await stub.DeclareChoices(_declared(TYPE, "hearsay"))
    with pytest.raises(Denied):
        await office.policies.DeclareChoices(_declared(TYPE, "hearsay"))
