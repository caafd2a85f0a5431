"""OAuth and OpenID Connect as a client meets them: what is asked of a person, and what comes back."""

from typing import Any
from uuid import UUID

import pytest
from crm.identity.v1 import oauth_pb2
from crm.identity.v1.oauth_pb2_grpc import OAuthStub
from joserfc import jwt
from joserfc.jwk import KeySet

from kit.errors import Denied
from tests.identity.office import Office
from tests.identity.program import BACK, ISSUER, Program, came_back, location


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
