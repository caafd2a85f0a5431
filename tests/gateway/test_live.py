"""Chat over WebSocket: who hears what, and who is not let in."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError

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
