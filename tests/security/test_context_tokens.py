"""A context token says exactly what its bearer was let in for, and to whom."""

import json
import time
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from kit.actor import Actor
from kit.errors import Anonymous, Denied, Unavailable
from kit.ids import uuid7
from kit.rpc.admission import Admission
from kit.rpc.claims import digest
from kit.rpc.context import ContextTokens
from kit.testing.keys import write_keys

MOST_BYTES = 2048


class Processes:
    """The eight processes with their keys, and whoever steals one of these."""

    def __init__(self, folder: Path) -> None:
        self.keys = write_keys(folder)
        self.folder = folder
        self.ana = Actor.person(uuid7())
        self._tokens: dict[str, ContextTokens] = {}

    def __getitem__(self, name: str) -> ContextTokens:
        if name not in self._tokens:
            self._tokens[name] = ContextTokens.from_files(name, self.keys[name], self.folder)
        return self._tokens[name]

    def forged(self, issuer: str, **claims: Any) -> str:
        """What a thief of a private key may sign."""
        now = int(time.time())
        said = {"iss": issuer, "sub": self.ana.name, "iat": now, "exp": now + 60, **claims}
        key = ECKey.import_key(self.keys[issuer])
        words = jwt.encode({"alg": "ES256", "kid": issuer}, {"kh": digest("k"), **said}, key)
        return f"{words}~k"

    def received(self, service: str) -> Actor:
        """Ana, as a service knows her during her own call."""
        return self[service].verify(self["gateway"].mint(self.ana, service))


@pytest.fixture
def processes(tmp_path: Path) -> Processes:
    return Processes(tmp_path)


def test_a_token_for_few_scopes_is_never_given_to_another_call_of_the_same_person(
    processes: Processes,
) -> None:
    """Two programs of one person hold grants of different width in one session and epoch."""
    gateway, sales, person = processes["gateway"], processes["sales"], uuid7()
    for scopes in (frozenset({"api", "admin"}), frozenset({"api"}), frozenset[str]()):
        actor = Actor(person_id=person, name=str(person), session="s", scopes=scopes)
        assert sales.verify(gateway.mint(actor, "sales")).scopes == scopes
    again = Actor(person_id=person, name=str(person), session="s", scopes=frozenset({"api"}))
    assert gateway.mint(again, "sales") == gateway.mint(again, "sales")


# Audience.


def test_a_token_for_one_service_is_refused_by_every_other(processes: Processes) -> None:
    """S3: what one service was shown opens no other."""
    token = processes["gateway"].mint(processes.ana, "parties")
    assert processes["parties"].verify(token).name == processes.ana.name
    for other in ("sales", "identity", "chat"):
        with pytest.raises(Anonymous):
            processes[other].verify(token)


def test_a_remembered_token_is_still_for_one_service(processes: Processes) -> None:
    """S3: the memory of tokens is each process's own, and mints one for each service."""
    gateway = processes["gateway"]
    tokens = {gateway.mint(processes.ana, name) for name in ("parties", "sales", "identity")}
    assert len(tokens) == 3
    assert gateway.mint(processes.ana, "sales") in tokens


# Issuers.


@pytest.mark.parametrize("audience", ["parties", "identity", "sales"])
def test_a_service_may_not_speak_for_people(processes: Processes, audience: str) -> None:
    """S3: with chat's key, chat is all that one can be."""
    with pytest.raises(Anonymous):
        processes[audience].verify(processes.forged("chat", aud=audience))
    with pytest.raises(Denied):
        processes["chat"].mint(processes.ana, audience)


@pytest.mark.parametrize("name", ["sales.start", "everything", "gateway-door", "chatter.job"])
def test_a_service_is_no_other_system_actor_than_its_own(processes: Processes, name: str) -> None:
    """S3"""
    with pytest.raises(Anonymous):
        processes["parties"].verify(processes.forged("chat", aud="parties", sub=f"system:{name}"))
    with pytest.raises(Denied):
        processes["chat"].mint(Actor.system(name), "parties")


def test_a_service_is_known_as_itself(processes: Processes) -> None:
    job = processes["parties"].mint(Actor.system("parties.finish_conversions"), "sales")
    actor = processes["sales"].verify(job)
    assert (actor.name, actor.peer) == ("system:parties.finish_conversions", "parties")


# Speaking for a person who is calling.


def test_a_service_speaks_for_a_person_with_the_token_it_was_given(processes: Processes) -> None:
    """S3: the gateway's word is shown inside the service's own, with everything that it says."""
    person = uuid7()
    ana = Actor(person, str(person), session="s", scopes=frozenset({"api"}), min_epoch=7)
    here = processes["parties"].verify(processes["gateway"].mint(ana, "parties"))
    token = processes["parties"].mint(here, "sales")
    there = processes["sales"].verify(token)
    assert (there.person_id, there.session, there.scopes, there.min_epoch) == (
        (person, "s", frozenset({"api"}), 7)
    )
    assert there.peer == "parties"
    assert len(token) <= MOST_BYTES
    assert processes["parties"].mint(here, "sales") == token


def test_the_word_for_a_person_is_not_passed_on_twice(processes: Processes) -> None:
    """S3: who was spoken for is not calling, and cannot be spoken for again."""
    second = processes["sales"].verify(
        processes["parties"].mint(processes.received("parties"), "sales")
    )
    with pytest.raises(Denied):
        processes["sales"].mint(second, "identity")


def test_a_proof_serves_its_holder_and_its_person_alone(processes: Processes) -> None:
    """S3: a token that chat saw is worth nothing in chat's hands at another service's."""
    given = processes.received("parties").proof
    nested, _, _ = processes["parties"].mint(processes.received("parties"), "sales").partition("~")
    stolen = {
        "another's proof": processes.forged("chat", aud="sales", proof=given),
        "another person": processes.forged("parties", aud="sales", sub=str(uuid7()), proof=given),
        "a system actor": processes.forged(
            "parties", aud="sales", sub="system:parties.job", proof=given
        ),
        "a proof in a proof": processes.forged("sales", aud="identity", proof=nested),
        "one's own word": processes.forged(
            "parties",
            aud="sales",
            proof=processes.forged("parties", aud="parties").partition("~")[0],
        ),
        "no token at all": processes.forged("parties", aud="sales", proof="ana said so"),
    }
    for token in stolen.values():
        for service in ("sales", "identity"):
            with pytest.raises(Anonymous):
                processes[service].verify(token)


def test_a_proof_that_was_shown_is_no_token(processes: Processes) -> None:
    """S3: sales sees the gateway's words to parties inside parties' call, and cannot call with them."""
    token = processes["parties"].mint(processes.received("parties"), "sales")
    body = token.split(".")[1]
    shown = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))["proof"]
    for replayed in (shown, f"{shown}~", f"{shown}~k", f"{shown}~{token.partition('~')[2]}"):
        with pytest.raises(Anonymous):
            processes["parties"].verify(replayed)


def test_only_what_is_listed_may_be_called(processes: Processes) -> None:
    """S3: proof or not, a service calls what the other side's table says."""
    admission = Admission("sales", {"parties": ["Opportunities/Create"]})
    for_ana = processes["sales"].verify(
        processes["parties"].mint(processes.received("parties"), "sales")
    )
    create, close = "crm.sales.v1.Opportunities/Create", "crm.sales.v1.Opportunities/Close"
    admission.require(for_ana, create, admission.callers(create))
    for_herself = processes.received("sales")
    admission.require(for_herself, close, admission.callers(close))
    for actor, method in ((for_ana, close), (_chat(processes), create), (_door(processes), create)):
        with pytest.raises(Denied):
            admission.require(actor, method, admission.callers(method))


def _chat(processes: Processes) -> Actor:
    return processes["sales"].verify(processes["chat"].mint(Actor.system("chat.job"), "sales"))


def _door(processes: Processes) -> Actor:
    return processes["sales"].verify(processes["gateway"].mint(Actor.door(), "sales"))


# Time.


def test_no_token_lives_longer_than_a_minute_whatever_it_says(processes: Processes) -> None:
    """S3: ten years are refused, at once and not after a minute."""
    now = int(time.time())
    for claims in (
        {"exp": now + 315_360_000},
        {"exp": now + 61},
        {"iat": now - 10, "exp": now + 51},
    ):
        with pytest.raises(Anonymous, match="minute"):
            processes["sales"].verify(processes.forged("gateway", aud="sales", **claims))


@pytest.mark.parametrize("seconds", [300, -300, 8, -68])
def test_a_clock_that_is_off_is_told_apart_from_a_stranger(
    processes: Processes, seconds: int
) -> None:
    """G10: nobody is told to sign in because of a clock; readiness says whose it is, and how far off."""
    sales, now = processes["sales"], int(time.time()) + seconds
    with pytest.raises(Unavailable, match=r"The clock of gateway is .* that of sales"):
        sales.verify(processes.forged("gateway", aud="sales", iat=now, exp=now + 60))
    [fault] = sales.clocks.faults()
    assert ("ahead of" if seconds > 0 else "behind") in fault
    sales.verify(processes["gateway"].mint(processes.ana, "sales"))
    assert sales.clocks.faults() == []


def test_only_who_may_sign_is_believed_about_clocks(processes: Processes) -> None:
    """G10: a stranger cannot make a service say that it is not ready."""
    now = int(time.time()) + 300
    claims = {"iss": "gateway", "aud": "sales", "sub": processes.ana.name, "kh": digest("k")}
    stranger = jwt.encode(
        {"alg": "ES256", "kid": "gateway"},
        {**claims, "iat": now, "exp": now + 60},
        ECKey.generate_key("P-256"),
    )
    with pytest.raises(Anonymous):
        processes["sales"].verify(f"{stranger}~k")
    assert processes["sales"].clocks.faults() == []
