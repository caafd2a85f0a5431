"""The context token of the gateway's door: the gateway alone may sign it, and it opens nothing else."""

import time

import grpc
import pytest
from crm.identity.v1 import people_pb2
from crm.identity.v1.people_pb2_grpc import PeopleStub
from joserfc import jwt
from joserfc.jwk import ECKey

from kit.access import Policy
from kit.actor import Actor
from kit.entity import Level
from kit.errors import Anonymous, Denied
from kit.rpc.call import CONTEXT
from kit.rpc.claims import digest
from kit.rpc.context import ContextTokens
from services.identity.model.people import Person
from tests.house import House
from tests.identity.office import Office


def signed_by(house: House, process: str) -> ContextTokens:
    return ContextTokens.from_files(process, house.keys[process], house.keys_folder)


def test_the_gateway_may_knock_in_its_own_name(house: House) -> None:
    token = signed_by(house, "gateway").mint(Actor.door(), "identity")
    assert signed_by(house, "identity").verify(token).name == Actor.door().name


@pytest.mark.parametrize(
    ("issuer", "actor"),
    [
        ("gateway", Actor.system("nightly-forecast")),
        ("gateway", Actor.system("gateway-doorman")),
        ("sales", Actor.door()),
    ],
)
def test_nobody_else_may_and_the_gateway_in_no_other_name(
    house: House, issuer: str, actor: Actor
) -> None:
    with pytest.raises((Anonymous, Denied)):
        signed_by(house, "identity").verify(signed_by(house, issuer).mint(actor, "identity"))


async def test_with_another_service_s_key_nobody_sets_a_password(
    house: House, office: Office
) -> None:
    """S3: `SetPassword(admin)` signed by chat, as the administrator and as a system actor."""
    key = ECKey.import_key(house.keys["chat"])
    now = int(time.time())
    for subject in (office.admin.name, "system:chat.job", "system:identity.start"):
        claims = {"iss": "chat", "aud": "identity", "sub": subject, "iat": now, "exp": now + 60}
        words = jwt.encode({"alg": "ES256", "kid": "chat"}, claims | {"kh": digest("k")}, key)
        token = f"{words}~k"
        async with grpc.aio.insecure_channel(house.addresses["identity"]) as channel:
            asked = people_pb2.SetPersonPassword(id=office.admin.name, password="soft lamps 3 4 5")
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await PeopleStub(channel).SetPassword(asked, metadata=((CONTEXT, token),))
        assert refused.value.code() in {
            grpc.StatusCode.UNAUTHENTICATED,
            grpc.StatusCode.PERMISSION_DENIED,
        }


def test_the_door_reaches_no_row_and_has_no_right() -> None:
    policy = Policy()
    assert policy.permit(Actor.door(), Person).rights == frozenset()
    for level in Level:
        reach = policy.permit(Actor.door(), Person).reach(level)
        assert (reach.all, reach.keys) == (False, ())
    assert policy.permit(Actor.system("import"), Person).rights
