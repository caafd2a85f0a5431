"""What a client was given ends with it, and whoever makes one wider holds what it opens."""

from typing import Any

import pytest
from crm.identity.v1 import clients_pb2, oauth_pb2, people_pb2, profiles_pb2
from crm.v1 import standard_pb2
from google.protobuf.field_mask_pb2 import FieldMask

from kit.errors import Denied
from tests.identity.office import PASSWORD, Office
from tests.identity.program import BACK, Program
from tests.identity.test_managing_access import ALL_OF_ONES_OWN

ELSEWHERE = "https://elsewhere.example.com/back"
CLIENTS = profiles_pb2.Permission(
    entity="identity.Client", view=True, edit=True, view_all=True, edit_all=True
)


async def robot(office: Office, person: Any) -> Program:
    """A client that acts by itself."""
    alone = {"grant_types": ["client_credentials"], "redirect_uris": [], "scopes": ["api.read"]}
    return await Program.register(office, person_id=person.id, **alone)


async def change(office: Office, program: Program, **new: Any) -> Any:
    record = clients_pb2.Client(id=program.client.id, **new)
    mask = FieldMask(paths=list(new))
    return await office.clients.Update(clients_pb2.ClientPatch(record=record, mask=mask))


async def ended(office: Office) -> set[str]:
    """The grants of which was told that they are over."""
    told = await office.serving.announced("crm.identity.access.ended")
    return {each for body in told for each in oauth_pb2.AccessEnded.FromString(body).grants}


@pytest.mark.parametrize("way", ["deactivated", "deleted", "given to another person"])
async def test_the_tokens_of_a_program_by_itself_end_with_it(office: Office, way: str) -> None:
    """S9: they belong to a grant like all others, of which the gateway is told that it is over."""
    program, watcher = (
        await robot(office, await office.person("Rob")),
        await Program.register(office),
    )
    _, tokens = await program.token(grant_type="client_credentials")
    _, again = await program.token(grant_type="client_credentials")
    told = [await program.introspect(each["access_token"]) for each in (tokens, again)]
    assert told[0]["active"]
    assert told[0]["grant"] == told[1]["grant"]
    match way:
        case "deactivated":
            await change(office, program, status="inactive")
        case "deleted":
            await office.clients.Delete(standard_pb2.DeleteRequest(id=program.client.id))
        case _:
            await change(office, program, person_id=(await office.person("Bo")).id)
    assert told[0]["grant"] in await ended(office)
    assert (await watcher.user_info(tokens["access_token"]))[0] == 401
    if way == "deactivated":
        await change(office, program, status="active")
        assert (await program.introspect(tokens["access_token"])) == {"active": False}


async def test_a_wider_client_asks_everybody_anew(office: Office) -> None:
    """S10: an address added to a client that keeps no secret would get its people's tokens."""
    person = await office.member("Ana")
    session = await office.sign_in(person.email, PASSWORD)
    program = await Program.register(office, keeps_secret=False)
    await program.tokens(session)
    assert (await program.authorize(session, consent=None)).status == 302
    await change(office, program, description="The same as before")
    assert (await program.authorize(session, consent=None)).status == 302
    await change(office, program, redirect_uris=[BACK, ELSEWHERE])
    for address in (BACK, ELSEWHERE):
        asked = await program.authorize(session, consent=None, redirect_uri=address)
        assert (asked.status, asked.HasField("consent")) == (200, True)


async def test_nobody_widens_a_client_that_acts_as_somebody_stronger(office: Office) -> None:
    """S10: more scopes and ways for an administrator's program are an administrator's to give."""
    keeper = await office.manager(ALL_OF_ONES_OWN, CLIENTS)
    boss = await office.person(
        "Boss", profile_ids=[(await office.named_profile("Administrator")).id]
    )
    program = await robot(office, boss)
    code = {"grant_types": ["client_credentials", "authorization_code"], "redirect_uris": [BACK]}
    for new in ({"scopes": ["api.read", "api"]}, code):
        with pytest.raises(Denied) as refused:
            await change(keeper, program, **new)
        assert set(refused.value.fields) == {"person_id"}
    await change(keeper, program, description="Runs at night")
    await change(keeper, program, status="inactive")
    with pytest.raises(Denied):
        await change(keeper, program, status="active")
    await office.people.Deactivate(people_pb2.DeactivatePerson(id=boss.id))
