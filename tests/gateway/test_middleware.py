"""What the middleware does with every request: who first, then bytes, and all in time and in order."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from cli.components.ports import free_port
from gateway.authentication.admission import network_of
from gateway.config import Settings
from gateway.main import Running, up
from kit.settings import Misconfigured
from kit.telemetry import metrics
from tests.gateway.browsers import Browser
from tests.gateway.test_records import PRODUCTS, problem
from tests.house import House

CODED = "Content-Type: application/x-www-form-urlencoded"
FORM = {"Content-Type": "multipart/form-data"}
BROKEN = {"Content-Type": "multipart/form-data; boundary=x"}


# Forms that keep to no format.


@pytest.mark.parametrize("headers", [FORM, BROKEN])
@pytest.mark.parametrize("path", ["/api/v1/imports", "/imports/new"])
async def test_a_broken_form_is_told_so(root: Browser, path: str, headers: dict[str, str]) -> None:
    """D11, 5xx: multipart without a boundary, or with a broken part"""
    answer = await root.post(path, content=b"--y\r\nbroken", headers=headers)
    assert answer.status_code == 400, answer.text
    assert "multipart" in answer.text


@pytest.mark.parametrize("headers", [FORM, BROKEN])
async def test_a_broken_form_without_a_token_is_told_so(
    root: Browser, headers: dict[str, str]
) -> None:
    """D11: the door itself looks into forms for the session's token"""
    answer = await root.http.post("/imports/new", content=b"--y\r\nbroken", headers=headers)
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("headers", [FORM, BROKEN])
async def test_a_broken_form_is_told_before_sign_in(
    stranger: Browser, headers: dict[str, str]
) -> None:
    """5xx: multipart without a boundary, before sign-in"""
    answer = await stranger.http.post("/sign-in", content=b"--y\r\nbroken", headers=headers)
    assert answer.status_code == 400, answer.text


# The zero character, which PostgreSQL does not keep.


async def test_no_address_has_a_zero_character(stranger: Browser) -> None:
    """5xx: NUL at sign-in"""
    assert (await stranger.sign_in("a\0b@example.com", "soft yellow lamps 3")).status_code == 401


async def test_no_text_has_a_zero_character(root: Browser, name: str) -> None:
    """5xx: NUL in `unshare`; no text of a body or an address has one"""
    made = (await root.post(PRODUCTS, json={"name": name})).json()
    path = f"{PRODUCTS}/{made['id']}/shares"
    query = {"principal_kind": "per\0son", "principal_id": made["id"]}
    told = problem(await root.delete(path, params=query), 422)
    assert told["errors"] == {"principal_kind": "Take out the zero character."}
    assert problem(await root.get(PRODUCTS, params={"search": "a\0b"}), 422)["errors"]


async def test_no_parameter_of_oauth_has_a_zero_character(stranger: Browser) -> None:
    form = {"grant_type": "authorization_code", "code": "a\0b"}
    answer = await stranger.http.post("/oauth/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_what_began_with_a_value_is_not_emptied(root: Browser, name: str) -> None:
    """C8: the rules of a stage ran before its outcome was judged"""
    body = {"name": name, "outcome": "", "probability": "10"}
    assert set(problem(await root.post("/api/v1/stages", json=body), 422)["errors"]) == {"outcome"}
    made = await root.post("/api/v1/stages", json=body | {"outcome": None})
    assert made.json()["outcome"] == "open"


# Who first, then bytes; and not too many of them.


async def head(address: str, text: str) -> bytes:
    """Sends the head of a request and nothing of its body; answers the head of the answer."""
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(text.replace("\n", "\r\n").encode())
    async with asyncio.timeout(10):
        answer = await reader.readuntil(b"\r\n")
    writer.close()
    return answer


async def test_nothing_is_read_of_a_strangers_file(gateway: Running, address: str) -> None:
    """S11: 100 MB were spooled before anybody asked who it was"""
    asked = (
        "POST /api/v1/imports HTTP/1.1\nHost: x\nContent-Length: 90000000\n"
        "Content-Type: multipart/form-data; boundary=x\n\n"
    )
    assert b" 401 " in await head(address, asked)


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/authorize", "/sign-in"])
async def test_strangers_say_little(stranger: Browser, path: str) -> None:
    """S11: 200,000 parameters at the token endpoint cost 1.8 s"""
    body = "&".join(["a=1"] * 200_000)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await stranger.http.post(path, content=body, headers=headers)).status_code == 413


async def test_a_request_of_oauth_has_a_hundred_parameters_at_most(stranger: Browser) -> None:
    """S11"""
    body = "&".join(f"a{number}=1" for number in range(101))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await stranger.http.post("/oauth/token", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.fixture
async def hurried(
    house: House, gateway: Running
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a gateway that has little patience."""
    port = free_port()
    own = {
        "RAPPORT_LISTEN": f"127.0.0.1:{port}",
        "RAPPORT_OPS_LISTEN": f"127.0.0.1:{free_port()}",
        "RAPPORT_HEAD_SECONDS": "0.2",
        "RAPPORT_BODY_SECONDS": "0.2",
    }
    async with up(Settings.load(house.environment("gateway") | own)):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        yield reader, writer
        writer.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        f"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n{CODED}\r\n\r\nabc".encode(),
    ],
    ids=["nothing", "half a head", "half a body"],
)
async def test_a_half_open_connection_ends(hurried: Any, sent: bytes) -> None:
    """S11: 210 of 210 lived on after 20 s"""
    reader, writer = hurried
    writer.write(sent)
    async with asyncio.timeout(20):
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)


# What else the door says and counts.


async def test_pages_and_protocol_carry_their_routes_name(root: Browser, stranger: Browser) -> None:
    """F5: all of them were `unmatched`"""

    def count(route: str, method: str, status: int) -> float:
        return float(metrics.HTTP_DURATION.labels(method, route, str(status))._sum.get())

    await root.get("/products")
    await stranger.get("/sign-in")
    await stranger.get("/.well-known/openid-configuration")
    await stranger.get("/nothing/here/at/all/to/be/found")
    assert count("/{plural}", "GET", 200) > 0
    assert count("/sign-in", "GET", 200) > 0
    assert count("/.well-known/openid-configuration", "GET", 200) > 0
    assert count("unmatched", "GET", 404) > 0


async def test_what_has_no_create_may_not_be_created_by_anybody(root: Browser) -> None:
    """F4: the administrator's profile said that he may create stage changes"""
    told = (await root.get("/api/v1/describe")).json()["entities"]
    rights = {each["entity"]: set(each["rights"]) for each in told}
    assert "create" in rights["sales.Stage"]
    assert rights["sales.StageChange"] == {"view", "view_all", "export"}


@pytest.mark.parametrize("proxies", ["the-network-of-your-proxies", "10.0.0.0/8, gate"])
def test_a_proxy_is_an_address_or_a_network(house: House, proxies: str) -> None:
    """G9: what the overlay for production begins with is no network, and stops the start"""
    environment = house.environment("gateway") | {"RAPPORT_TRUSTED_PROXIES": proxies}
    with pytest.raises(Misconfigured, match="RAPPORT_TRUSTED_PROXIES"):
        Settings.load(environment)
    taken = environment | {"RAPPORT_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.1"}
    assert Settings.load(taken).trusted_proxies == "10.0.0.0/8, 192.0.2.1"


def test_one_customer_of_the_new_internet_is_one_stranger() -> None:
    assert network_of("2001:db8:1:2:aaaa::1") == network_of("2001:db8:1:2::9")
    assert network_of("2001:db8:1:3::9") != network_of("2001:db8:1:2::9")
    assert network_of("fe80::1%eth0") == network_of("fe80::2")
    assert network_of("192.0.2.1") == "192.0.2.1"
