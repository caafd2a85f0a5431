"""OAuth and OpenID Connect as a client meets them, from the first question to the last token."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from crm.identity.v1 import clients_pb2, oauth_pb2, people_pb2
from crm.identity.v1.oauth_pb2_grpc import OAuthStub
from joserfc import jwt
from joserfc.jwk import KeySet

from kit.errors import Denied
from tests.identity.office import Office
from tests.identity.program import BACK, ISSUER, Program, came_back, location, parsed


@pytest.fixture
async def program(office: Office) -> Program:
    return await Program.register(office)


@pytest.fixture
async def session(office: Office) -> Any:
    """Somebody who is signed in."""
    return await office.sign_in((await office.member()).email)


async def test_a_whole_flow_gives_tokens_that_anybody_can_verify(
    program: Program, session: Any
) -> None:
    tokens = await program.tokens(session)
    assert tokens["expires_in"] <= 600
    keys = KeySet.import_key_set(await program.keys())
    access = jwt.decode(tokens["access_token"], keys, algorithms=["ES256"])
    assert access.header["typ"] == "at+jwt"
    said = access.claims
    assert (said["iss"], said["aud"]) == (ISSUER, f"{ISSUER}/api")
    assert (said["sub"], said["client_id"]) == (session.person_id, program.client.client_id)
    assert said["scope"] == tokens["scope"] == "openid offline_access api"
    assert said["exp"] - said["iat"] <= 600
    identity = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims
    assert identity["nonce"] == "a nonce"
    assert identity["aud"] == [program.client.client_id]
    assert {"auth_time", "at_hash", "sub"} <= identity.keys()


async def test_nobody_signed_in_is_told_to_sign_in(program: Program) -> None:
    reply = await program.authorize()
    assert (reply.status, reply.sign_in) == (401, True)


async def test_consent_is_asked_once_and_again_for_more(program: Program, session: Any) -> None:
    first = await program.authorize(session, consent=None, scope="openid")
    assert list(first.consent.scopes) == ["openid"]
    assert first.consent.redirect_host == "partner.example.com"
    assert "code" in came_back(await program.authorize(session, scope="openid"))
    known = await program.authorize(session, consent=None, scope="openid")
    assert "code" in came_back(known)
    more = await program.authorize(session, consent=None, scope="openid api")
    assert more.HasField("consent")


async def test_a_refusal_goes_back_with_state_and_issuer(program: Program, session: Any) -> None:
    back = came_back(await program.authorize(session, consent=False))
    assert (back["error"], back["state"], back["iss"]) == ("access_denied", "a state", ISSUER)


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "openid everything"}, "invalid_scope"),
        ({"scope": "api.read"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"request": "a.b.c"}, "request_not_supported"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "a day"}, "invalid_request"),
    ],
)
async def test_what_is_wrong_goes_back_to_the_client(
    program: Program, session: Any, asked: dict[str, Any], error: str
) -> None:
    back = came_back(await program.authorize(session, **asked))
    assert (back["error"], back["state"], back["iss"]) == (error, "a state", ISSUER)
    assert "code" not in back


@pytest.mark.parametrize(
    "asked",
    [
        {"redirect_uri": "https://partner.example.com/back/"},
        {"redirect_uri": "https://partner.example.com/back?x=1"},
        {"redirect_uri": 'https://evil.example.com/"quoted"'},
        {"client_id": "nobody"},
        {"client_id": None},
        {"redirect_uri": "https://evil.example.com", "response_type": "token"},
    ],
)
async def test_nobody_is_sent_to_an_address_that_was_not_registered(
    program: Program, session: Any, asked: dict[str, Any]
) -> None:
    reply = await program.authorize(session, **asked)
    assert reply.status == 400
    assert not [each for each in reply.headers if each.name == "Location"]


async def test_prompt_none_asks_nobody(program: Program, session: Any) -> None:
    nobody = came_back(await program.authorize(prompt="none"))
    assert nobody["error"] == "login_required"
    unasked = came_back(await program.authorize(session, consent=None, prompt="none"))
    assert unasked["error"] == "consent_required"


async def test_a_sign_in_of_long_ago_is_asked_for_again(
    office: Office, program: Program, session: Any
) -> None:
    aged = "UPDATE session SET authenticated_at = now() - interval '1 hour' WHERE handle = $1"
    await office.serving.process.database.pool.execute(aged, UUID(session.handle))
    assert (await program.authorize(session, prompt="login")).sign_in
    assert (await program.authorize(session, max_age="600")).sign_in
    assert "code" in came_back(await program.authorize(session, max_age="7200"))


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


async def test_revoking_a_refresh_token_ends_the_grant_and_says_so(
    office: Office, program: Program, session: Any
) -> None:
    tokens = await program.tokens(session)
    grant = (await program.introspect(tokens["access_token"]))["grant"]
    assert await program.revoke(tokens["refresh_token"]) == 200
    assert await program.revoke("never given") == 200
    assert (await program.introspect(tokens["access_token"])) == {"active": False}
    told = await office.serving.announced("crm.identity.access.ended")
    assert grant in [id_ for body in told for id_ in _ended(body).grants]


def _ended(body: bytes) -> oauth_pb2.AccessEnded:
    return oauth_pb2.AccessEnded.FromString(body)


async def test_revoking_an_access_token_leaves_the_grant(program: Program, session: Any) -> None:
    tokens = await program.tokens(session)
    await program.revoke(tokens["access_token"])
    assert (await program.user_info(tokens["access_token"]))[0] == 401
    assert (await program.refresh(tokens["refresh_token"]))[0] == 200


async def test_a_client_learns_nothing_about_the_tokens_of_others(
    office: Office, program: Program, session: Any
) -> None:
    tokens = await program.tokens(session)
    other = await Program.register(office)
    assert (await other.introspect(tokens["access_token"])) == {"active": False}
    assert await other.revoke(tokens["refresh_token"]) == 400
    assert (await program.refresh(tokens["refresh_token"]))[0] == 200


async def test_user_info_tells_what_the_scopes_open(
    office: Office, program: Program, session: Any
) -> None:
    bare = await program.tokens(session, scope="openid")
    assert (await program.user_info(bare["access_token"])) == (200, {"sub": session.person_id})
    full = await program.tokens(session, scope="openid profile email")
    _, claims = await program.user_info(full["access_token"])
    assert claims["email"].endswith("@example.com")
    api = await program.tokens(session, scope="api")
    assert (await program.user_info(api["access_token"]))[0] == 403
    assert (await program.user_info(full["id_token"]))[0] == 401
    assert (await program.user_info("e30.e30."))[0] == 401


async def test_tokens_signed_by_nobody_are_refused(program: Program, session: Any) -> None:
    access = (await program.tokens(session))["access_token"]
    body = access.split(".")[1]
    unsigned = f"eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{body}."
    assert (await program.user_info(unsigned))[0] == 401
    assert (await program.introspect(unsigned)) == {"active": False}


async def test_deactivation_ends_grants_and_codes_at_once(
    office: Office, program: Program, session: Any
) -> None:
    tokens, code = await program.tokens(session), await program.code(session)
    await office.people.Deactivate(people_pb2.DeactivatePerson(id=session.person_id))
    assert (await program.refresh(tokens["refresh_token"]))[1]["error"] == "invalid_grant"
    assert (await program.redeem(code))[1]["error"] == "invalid_grant"
    assert (await program.user_info(tokens["access_token"]))[0] == 401


async def test_an_inactive_client_gets_nothing_and_its_grants_end(
    office: Office, program: Program, session: Any
) -> None:
    tokens = await program.tokens(session)
    record = clients_pb2.Client(id=program.client.id, status="inactive")
    patch = clients_pb2.ClientPatch(record=record)
    patch.mask.paths.append("status")
    await office.clients.Update(patch)
    assert (await program.refresh(tokens["refresh_token"]))[1]["error"] == "invalid_client"
    assert (await program.user_info(tokens["access_token"]))[0] == 401
    assert (await program.authorize(session)).status == 400


async def test_a_new_secret_ends_the_old_one(office: Office, program: Program) -> None:
    old = program.secret
    wanted = clients_pb2.RotateClientSecret(id=program.client.id)
    program.secret = (await office.clients.RotateSecret(wanted)).client_secret
    assert (await program.introspect("x")) == {"active": False}
    program.secret = old
    assert (await program.introspect("x"))["error"] == "invalid_client"


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


async def test_the_metadata_says_what_there_is(program: Program) -> None:
    said = await program.metadata()
    assert said["issuer"] == ISSUER
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert said["grant_types_supported"] == [
        "authorization_code",
        "refresh_token",
        "client_credentials",
    ]
    assert said["response_types_supported"] == ["code"]
    assert said["id_token_signing_alg_values_supported"] == ["RS256", "ES256"]


async def test_the_next_key_is_published_before_it_signs(program: Program, session: Any) -> None:
    published = (await program.keys())["keys"]
    assert len(published) >= 2
    assert not [key for key in published if "d" in key]
    token = (await program.tokens(session))["access_token"]
    signing = [key for key in published if key["kty"] == "EC"]
    assert len(signing) >= 2
    keys = KeySet.import_key_set({"keys": signing[:1]})
    assert jwt.decode(token, keys, algorithms=["ES256"]).header["kid"] == signing[0]["kid"]


async def test_only_the_gateway_may_speak_the_protocol(office: Office) -> None:
    with pytest.raises(Denied):
        await office.serving.stub(OAuthStub, office.admin).Keys(oauth_pb2.OAuthRequest())


async def test_the_way_back_keeps_the_address_as_registered(office: Office, session: Any) -> None:
    address = f"{BACK}?kept=1"
    program = await Program.register(office, redirect_uris=[address])
    there = location(await program.authorize(session, redirect_uri=address))
    assert there.startswith(f"{address}&code=")
