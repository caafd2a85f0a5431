"""How a client comes to tokens: codes and refresh tokens that work once, and credentials of its own."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from crm.identity.v1 import oauth_pb2, people_pb2

from tests.identity.office import Office
from tests.identity.program import ISSUER, Program, parsed


async def test_of_twenty_redemptions_at_once_exactly_one_succeeds(
    program: Program, session: Any
) -> None:
    code = await program.code(session)
    async with asyncio.TaskGroup() as group:
        tries = [group.create_task(program.redeem(code)) for _ in range(20)]
    answers = [each.result() for each in tries]
    assert [status for status, _ in answers].count(200) == 1
    assert {body["error"] for status, body in answers if status != 200} == {"invalid_grant"}


async def test_a_second_redemption_ends_what_the_first_one_gave(
    program: Program, session: Any
) -> None:
    code = await program.code(session)
    _, tokens = await program.redeem(code)
    assert (await program.redeem(code))[0] == 400
    assert (await program.refresh(tokens["refresh_token"]))[1]["error"] == "invalid_grant"
    assert (await program.introspect(tokens["access_token"])) == {"active": False}


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_verifier": "a" * 64},
        {"code_verifier": ""},
        {"redirect_uri": "https://partner.example.com/other"},
        {"code": "made up"},
    ],
)
async def test_a_code_is_nothing_without_verifier_and_address(
    program: Program, session: Any, wrong: dict[str, str]
) -> None:
    code = await program.code(session)
    status, body = await program.redeem(**{"code": code, **wrong})
    assert status == 400
    assert body["error"] in {"invalid_grant", "invalid_request"}
    assert (await program.redeem(code))[0] == 200


async def test_a_code_belongs_to_the_client_that_asked(
    office: Office, program: Program, session: Any
) -> None:
    other = await Program.register(office)
    status, body = await other.redeem(await program.code(session), code_verifier=program.verifier)
    assert (status, body["error"]) == (400, "invalid_grant")


async def test_an_old_code_is_refused(office: Office, program: Program, session: Any) -> None:
    code = await program.code(session)
    late = "UPDATE oauth_code SET expires_at = now() WHERE person_id = $1"
    await office.serving.process.database.pool.execute(late, UUID(session.person_id))
    assert (await program.redeem(code))[1]["error"] == "invalid_grant"


async def test_each_refresh_gives_the_next_token_and_reuse_ends_the_family(
    program: Program, session: Any
) -> None:
    first = (await program.tokens(session))["refresh_token"]
    status, next_tokens = await program.refresh(first)
    assert status == 200
    assert next_tokens["refresh_token"] != first
    assert (await program.refresh(first))[1]["error"] == "invalid_grant"
    assert (await program.refresh(next_tokens["refresh_token"]))[1]["error"] == "invalid_grant"


async def test_of_twenty_refreshes_at_once_at_most_one_succeeds(
    program: Program, session: Any
) -> None:
    token = (await program.tokens(session))["refresh_token"]
    async with asyncio.TaskGroup() as group:
        tries = [group.create_task(program.refresh(token)) for _ in range(20)]
    statuses = [each.result()[0] for each in tries]
    assert statuses.count(200) == 1


async def test_a_refresh_may_narrow_the_scope_but_not_widen_it(
    program: Program, session: Any
) -> None:
    tokens = await program.tokens(session)
    assert (await program.refresh(tokens["refresh_token"], scope="email"))[1]["error"] == (
        "invalid_scope"
    )
    _, narrow = await program.refresh(tokens["refresh_token"], scope="api")
    assert narrow["scope"] == "api"


async def test_without_offline_access_there_is_no_refresh_token(
    program: Program, session: Any
) -> None:
    assert "refresh_token" not in await program.tokens(session, scope="openid api")


async def test_a_public_client_needs_no_secret_but_the_verifier(
    office: Office, session: Any
) -> None:
    app = await Program.register(office, keeps_secret=False)
    tokens = await app.tokens(session)
    assert (await app.refresh(tokens["refresh_token"]))[0] == 200


async def test_a_confidential_client_cannot_pass_as_a_public_one(
    program: Program, session: Any
) -> None:
    code = await program.code(session)
    program.secret = ""
    status, body = await program.redeem(code)
    assert (status, body["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("grant_type", ["password", "implicit", "", "device_code"])
async def test_other_grants_do_not_exist(program: Program, grant_type: str) -> None:
    status, body = await program.token(
        grant_type=grant_type, username="a@example.com", password="a password"
    )
    assert (status, body["error"]) == (400, "unsupported_grant_type")


async def test_a_program_by_itself_acts_as_its_person(office: Office) -> None:
    ana = await office.person()
    program = await Program.register(
        office, grant_types=["client_credentials"], person_id=ana.id, redirect_uris=[]
    )
    status, tokens = await program.token(grant_type="client_credentials")
    assert (status, tokens["scope"]) == (200, "api")
    assert "refresh_token" not in tokens
    assert (await program.introspect(tokens["access_token"]))["sub"] == ana.id
    wider = await program.token(grant_type="client_credentials", scope="openid")
    assert wider[1]["error"] == "invalid_scope"
    await office.people.Deactivate(people_pb2.DeactivatePerson(id=ana.id))
    assert (await program.introspect(tokens["access_token"])) == {"active": False}
    status, body = await program.token(grant_type="client_credentials")
    assert (status, body["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("value", ["Basic /////w==", "Basic !!!", "Basic dXNlcg=="])
async def test_unreadable_credentials_are_no_accident_of_ours(program: Program, value: str) -> None:
    request = oauth_pb2.OAuthRequest(
        method="POST",
        uri=f"{ISSUER}/oauth/token",
        headers=[oauth_pb2.Parameter(name="authorization", value=value)],
        form=[oauth_pb2.Parameter(name="grant_type", value="client_credentials")],
    )
    status, body = parsed(await program.oauth.Token(request))
    assert (status, body["error"]) == (401, "invalid_client")


async def test_a_parameter_that_comes_twice_is_refused(program: Program) -> None:
    form = [oauth_pb2.Parameter(name="grant_type", value="client_credentials")] * 2
    request = oauth_pb2.OAuthRequest(method="POST", uri=f"{ISSUER}/oauth/token", form=form)
    assert parsed(await program.oauth.Token(request))[1]["error"] == "invalid_request"


async def test_credentials_in_the_address_do_not_count(program: Program) -> None:
    query = f"grant_type=client_credentials&client_id={program.client.client_id}"
    uri = f"{ISSUER}/oauth/token?{query}&client_secret={program.secret}"
    request = oauth_pb2.OAuthRequest(method="POST", uri=uri)
    assert parsed(await program.oauth.Token(request))[1]["error"] == "unsupported_grant_type"
