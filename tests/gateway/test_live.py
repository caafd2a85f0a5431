"""Chat over WebSocket: who hears what, and who is not let in."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError

from gateway.main import Running
from tests.gateway.browsers import Browser

SECRET = "soft yellow lamps 3"


@asynccontextmanager
async def listening(browser: Browser, **headers: str) -> AsyncIterator[ClientConnection]:
    """A socket with the browser's cookie."""
    cookies = "; ".join(f"{each.name}={each.value}" for each in browser.http.cookies.jar)
    address = browser.address.replace("http", "ws") + "/api/v1/chat/live"
    given = {"Cookie": cookies, "Origin": browser.address, **headers}
    async with connect(address, additional_headers=given) as socket:
        yield socket


async def heard(socket: ClientConnection, text: str) -> dict[str, Any]:
    """The next message with this text, whatever else is being said."""
    async for frame in socket:
        message: dict[str, Any] = json.loads(frame)["message"]
        if message["text"] == text:
            return message
    raise AssertionError("The socket was closed.")


async def test_what_is_said_to_two_is_heard_by_two_alone(
    root: Browser, stranger: Browser, colleague: Any, reader: Any, address: str, name: str
) -> None:
    """CH-04: a third person hears nothing of a private room."""
    await stranger.sign_in(colleague["email"], SECRET)
    async with Browser(address) as third:
        await third.sign_in(reader["email"], SECRET)
        room = (await root.post("/api/v1/rooms:direct", json={"person_id": colleague["id"]})).json()
        async with listening(stranger) as second_ear, listening(third) as third_ear:
            body = {"room_id": room["id"], "text": name}
            said = await root.post("/api/v1/messages", json=body)
            assert said.status_code == 201, said.text
            message = await heard(second_ear, name)
            assert message["room_id"] == room["id"]
            assert message["id"] == said.json()["id"]
            public = await _public_room(root)
            await root.post("/api/v1/messages", json={"room_id": public, "text": f"all {name}"})
            first = json.loads(await third_ear.recv())["message"]
            assert first["text"] == f"all {name}"


async def _public_room(browser: Browser) -> str:
    rooms = (await browser.get("/api/v1/rooms", params={"filter": 'kind = "public"'})).json()
    return str(rooms["items"][0]["id"])


async def test_whoever_may_not_see_messages_hears_not_even_the_public_ones(
    root: Browser, stranger: Browser, reader: Any, name: str
) -> None:
    """CH-04: the right to see messages is asked each time, not only when the socket opens."""
    elsewhere = {"name": name, "permissions": [{"entity": "sales.Product", "view": True}]}
    profile = (await root.post("/api/v1/profiles", json=elsewhere)).json()
    await root.patch(f"/api/v1/people/{reader['id']}", json={"profile_ids": [profile["id"]]})
    await stranger.sign_in(reader["email"], SECRET)
    while (await stranger.get("/api/v1/messages")).status_code != 403:
        pass
    public = await _public_room(root)
    async with listening(stranger) as deaf, listening(root) as ear:
        await root.post("/api/v1/messages", json={"room_id": public, "text": name})
        await heard(ear, name)
        able = {"permissions": [{"entity": "chat.Message", "view": True}]}
        await root.patch(f"/api/v1/profiles/{profile['id']}", json=able)
        while (await stranger.get("/api/v1/messages")).status_code != 200:
            pass
        await root.post("/api/v1/messages", json={"room_id": public, "text": f"now {name}"})
        first = json.loads(await deaf.recv())["message"]
        assert first["text"] == f"now {name}"


async def _silenced(socket: ClientConnection) -> int:
    """The code with which the socket is closed, whatever is said before."""
    async with asyncio.timeout(10):
        await socket.wait_closed()
    assert socket.close_code is not None
    return socket.close_code


async def test_a_hidden_field_is_not_heard_either(
    root: Browser, stranger: Browser, reader: Any, name: str
) -> None:
    """S5: the socket leaves out what REST leaves out, and encodes once for all who see the same."""
    view = [{"entity": "chat.Message", "view": True}, {"entity": "chat.Room", "view": True}]
    hidden = [
        {"entity": "chat.Message", "field": "author_id", "access": "hidden"},
        {"entity": "chat.Room", "field": "kind", "access": "hidden"},
    ]
    limited = {"name": name, "permissions": view, "field_access": hidden}
    made = await root.post("/api/v1/profiles", json=limited)
    assert made.status_code == 201, made.text
    await root.patch(f"/api/v1/people/{reader['id']}", json={"profile_ids": [made.json()["id"]]})
    await stranger.sign_in(reader["email"], SECRET)
    public = await _public_room(root)
    while "author_id" in (await stranger.get("/api/v1/messages")).text:
        pass
    async with listening(stranger) as limited_ear, listening(root) as ear:
        await root.post("/api/v1/messages", json={"room_id": public, "text": name})
        whole, part = await heard(ear, name), await heard(limited_ear, name)
    assert set(whole) - set(part) == {"author_id", "room_kind"}
    assert part["text"] == name


async def test_who_signs_out_hears_no_more(root: Browser, stranger: Browser, reader: Any) -> None:
    """S5: the socket ends with its session, and not a minute later."""
    await stranger.sign_in(reader["email"], SECRET)
    async with listening(stranger) as socket:
        await stranger.post("/sign-out")
        assert await _silenced(socket) == 4401


async def test_who_is_deactivated_hears_no_more(
    root: Browser, stranger: Browser, reader: Any
) -> None:
    """S5"""
    await stranger.sign_in(reader["email"], SECRET)
    async with listening(stranger) as socket:
        gone = await root.post(f"/api/v1/people/{reader['id']}:deactivate", json={})
        assert gone.status_code == 200, gone.text
        assert await _silenced(socket) == 4401


async def test_whose_password_was_changed_hears_no_more(
    root: Browser, stranger: Browser, reader: Any
) -> None:
    """S5: a session that is revoked ends its sockets."""
    await stranger.sign_in(reader["email"], SECRET)
    async with listening(stranger) as socket:
        path = f"/api/v1/people/{reader['id']}:set-password"
        await root.post(path, json={"password": "hard green lamps 5"})
        assert await _silenced(socket) == 4401


async def test_one_person_has_so_many_sockets_and_no_more(
    gateway: Running, root: Browser, stranger: Browser, reader: Any
) -> None:
    """S11: one more is told why it is closed; others are not concerned, and a closed one makes room."""
    most = gateway.parts.settings.live_per_person
    await stranger.sign_in(reader["email"], SECRET)
    async with AsyncExitStack() as stack:
        held = [await stack.enter_async_context(listening(stranger)) for _ in range(most)]
        async with listening(stranger) as one_more, listening(root):
            assert await _silenced(one_more) == 4429
        await held[0].close()
        while len(list(gateway.parts.chat.listeners)) > most - 1:
            await asyncio.sleep(0)
        async with listening(stranger) as again:
            await again.ping()


async def test_a_stranger_hears_nothing(stranger: Browser) -> None:
    async with listening(stranger) as socket:
        with pytest.raises(ConnectionClosedError) as closed:
            await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401


async def test_another_site_hears_nothing(root: Browser) -> None:
    async with listening(root, Origin="https://evil.example") as socket:
        with pytest.raises(ConnectionClosedError):
            await socket.recv()
