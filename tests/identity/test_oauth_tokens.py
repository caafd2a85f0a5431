"""What tokens are good for, and how they end."""

from typing import Any

from crm.identity.v1 import clients_pb2, oauth_pb2, people_pb2

from tests.identity.office import Office
from tests.identity.program import Program


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
