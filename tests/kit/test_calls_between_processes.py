"""Calls: who may make them, how long they take, and what an error says on the other side."""

import time
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from crm.v1 import standard_pb2
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from kit.actor import DOOR, Actor, calls
from kit.errors import KINDS, Anonymous, Denied, Problem, Unavailable
from kit.ids import uuid7
from kit.rpc.call import CONTEXT
from kit.rpc.claims import digest
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.house import House
from tests.kit.toy.contract import pb, services

_CLAIMS = {"iss": "gateway", "aud": "toys", "sid": "", "scp": [], "ep": 0, "kh": digest("k")}


@pytest.fixture
async def shop(toys: Serving, organisation: TestOrganisation) -> Any:
    return toys.stub(services.ToysStub, await organisation.person("Dora"))


@pytest.mark.parametrize("way", ["Fail", "Ask"])
@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_an_error_is_the_same_class_on_the_other_side(shop: Any, way: str, kind: str) -> None:
    with pytest.raises(Problem) as told:
        await getattr(shop, way)(pb.Sale(note=kind))
    problem = told.value
    assert type(problem) is KINDS[kind]
    assert (problem.message, problem.fields) == ("Told", {"name": "why"})
    assert (problem.current, problem.retry_after) == (b'{"version":7}', 3)


async def test_a_bug_is_told_by_a_number_alone(shop: Any) -> None:
    with pytest.raises(Problem) as told:
        await shop.Fail(pb.Sale(note="hunter2"))
    assert type(told.value) is Problem
    assert "Reference" in told.value.message
    for leak in ("hunter2", "secret", "RuntimeError", "Traceback"):
        assert leak not in told.value.message


async def test_a_deadline_shrinks_from_call_to_call(shop: Any) -> None:
    """Each hop keeps a part back for its reply, more than gRPC adds on the wire."""
    straight = await shop.Fail(pb.Sale(note="left"), seconds=8)
    through = await shop.Ask(pb.Sale(note="left"), seconds=8)
    assert float(straight.weight) < 8 * 0.99
    assert float(through.weight) < 8 * 0.99 * 0.99


async def test_a_call_with_no_time_left_is_not_begun(shop: Any) -> None:
    with pytest.raises(Unavailable):
        await shop.Fail(pb.Sale(note="left"), seconds=0.05)


# Who calls.


async def _list(house: House, *metadata: tuple[str, str]) -> None:
    async with grpc.aio.insecure_channel(house.addresses["toys"]) as channel:
        await services.ToysStub(channel).List(standard_pb2.ListRequest(), metadata=metadata)


def _signed(key: Any, algorithm: str = "ES256", kid: str = "gateway", **changed: Any) -> str:
    now = int(time.time())
    claims = {**_CLAIMS, "sub": str(uuid7()), "iat": now, "exp": now + 60, **changed}
    words = jwt.encode({"alg": algorithm, "kid": kid}, claims, key, algorithms=[algorithm, "ES256"])
    return f"{words}~k"


def _good(house: House, **changed: Any) -> str:
    return _signed(ECKey.import_key(house.keys["gateway"]), **changed)


def _none(house: House) -> str:
    _, body, _ = _good(house).split(".")
    return f"eyJhbGciOiJub25lIiwia2lkIjoiZ2F0ZXdheSJ9.{body}.~k"


def _bent(house: House) -> str:
    head, _, signature = _good(house).split(".")
    _, body, _ = _good(house).split(".")
    return f"{head}.{body}.{signature}"


FORGED: dict[str, Callable[[House], str]] = {
    "empty": lambda _: "",
    "no token": lambda _: "abc",
    "signed by a stranger": lambda _: _signed(ECKey.generate_key("P-256")),
    "signed by another process": lambda house: _signed(ECKey.import_key(house.keys["sales"])),
    "of an unknown process": lambda house: _signed(
        ECKey.import_key(house.keys["gateway"]), kid="nobody", iss="nobody"
    ),
    "in another's name": lambda house: _good(house, iss="sales"),
    "without its key": lambda house: _good(house).partition("~")[0],
    "with another key": lambda house: f"{_good(house)}ey",
    "for another audience": lambda house: _good(house, aud="sales"),
    "for an audience that includes us": lambda house: _good(house, aud=["toys", "sales"]),
    "for everybody": lambda house: _good(house, aud="rapport"),
    "that ends before it begins": lambda house: _good(house, exp=int(time.time()) - 6),
    "of ten years": lambda house: _good(house, exp=int(time.time()) + 315_360_000),
    "of a minute and a second": lambda house: _good(house, exp=int(time.time()) + 61),
    "without a beginning": lambda house: _good(house, iat=None),
    "without algorithm": _none,
    "with another's signature": _bent,
    "by a secret in place of a key": lambda _: _signed(
        OctKey.import_key(b"thirty-two bytes that are guessed"),
        algorithm="HS256",
    ),
    "of the system, by the gateway": lambda house: _good(house, sub="system:everything"),
    "of the door, by a service": lambda house: _signed(
        ECKey.import_key(house.keys["sales"]), kid="sales", iss="sales", sub=DOOR
    ),
    "of a person, by a service": lambda house: _signed(
        ECKey.import_key(house.keys["chat"]), kid="chat", iss="chat"
    ),
    "of another's system actor": lambda house: _signed(
        ECKey.import_key(house.keys["chat"]), kid="chat", iss="chat", sub="system:sales.start"
    ),
    "of nobody": lambda house: _good(house, sub="ana"),
    "without a subject": lambda house: _good(house, sub=None),
    "without an end": lambda house: _good(house, exp=None),
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED)
async def test_a_token_that_is_not_ours_is_nobodys(
    toys: Serving, house: House, token: Callable[[House], str]
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await _list(house, (CONTEXT, token(house)))
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_a_call_without_a_token_is_nobodys(toys: Serving, house: House) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await _list(house)
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_a_process_calls_only_what_it_is_listed_for(toys: Serving, house: House) -> None:
    """S3: a service in its own name, and the gateway's door, are refused all but what is listed."""
    for process, actor in (("sales", Actor.system("sales.job")), ("gateway", Actor.door())):
        peers = house.peers(process)
        stub: Any = services.ToysStub(peers.channel("toys"))
        calls(actor)
        with pytest.raises(Denied):
            await stub.List(standard_pb2.ListRequest())
        await peers.close()


async def test_a_service_speaks_for_a_person_only_where_it_is_listed(shop: Any) -> None:
    """S3: `Ask` calls `Fail` as Dora, which is listed; for `List` there is no such leave."""
    assert (await shop.Ask(pb.Sale(note="left"))).weight
    with pytest.raises(Denied):
        await shop.Ask(pb.Sale(note="list"))


async def test_a_clock_that_is_off_is_no_reason_to_sign_in(toys: Serving, house: House) -> None:
    """G10: the caller hears of a service that is unavailable, readiness of the clock."""
    late = int(time.time()) + 300
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await _list(house, (CONTEXT, _good(house, iat=late, exp=late + 60)))
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    assert any("The clock of gateway" in said for said in toys.running.health.unready())
    await toys.stub(services.ToysStub, Actor.person(uuid7())).Fail(pb.Sale(note="left"))
    assert toys.process.tokens.clocks.faults() == []


async def test_a_verified_token_still_expires(toys: Serving) -> None:
    tokens = toys.process.tokens
    clock = Actor.system("toys.clock")
    token = tokens.mint(clock, "toys")
    tokens._verified[token] = (time.time() - 6, clock)
    with pytest.raises(Anonymous):
        tokens.verify(token)


async def test_a_caller_who_knows_newer_rules_is_not_answered_by_older_ones(
    toys: Serving, organisation: TestOrganisation
) -> None:
    """ID-20: services fail closed until they know the epoch."""
    someone = await organisation.person("Eli")
    assert someone.person_id is not None
    ahead = Actor.person(someone.person_id, min_epoch=toys.process.policy.epoch + 1_000_000)
    with pytest.raises(Unavailable, match="access rules"):
        await toys.stub(services.ToysStub, ahead).List(standard_pb2.ListRequest())
    abreast = Actor.person(someone.person_id, min_epoch=toys.process.policy.epoch)
    await toys.stub(services.ToysStub, abreast).List(standard_pb2.ListRequest())
