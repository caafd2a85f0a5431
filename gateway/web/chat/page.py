"""The chat: rooms on the left, messages on the right; live with JavaScript, by reload without."""

from collections.abc import Awaitable
from typing import Any

from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.described.fields import Field
from gateway.web.forms.form import blank, candidates
from gateway.web.frame.gather import answer, gather
from gateway.web.frame.references import titles_of
from gateway.web.frame.visits import Visit, to
from gateway.web.words import _
from kit.entity.kinds import PERSON
from kit.errors import Invalid, Problem

SHOWN = 60


async def show_chat(visit: Visit) -> Response:
    return await _chat_page(visit)


async def _chat_page(visit: Visit, problem: Problem | None = None, text: str = "") -> Response:
    answers = await gather(
        {
            "rooms": visit.api.list(
                "rooms", {"page_size": "100", "order_by": "last_message_at desc"}
            ),
            "unread": visit.api.verb("rooms", None, "Unread", {}),
        }
    )
    rooms = answer(answers["rooms"])["items"]
    room = _chosen(visit, rooms)
    unread = _unread(answers["unread"])
    messages = await _opened(visit, room, unread) if room else []
    titles = await titles_of(visit.api, {PERSON: _people(rooms, messages)})
    person = Field("person_id", "Start a conversation", "reference", target=PERSON)
    return visit.page(
        "chat.html",
        200 if problem is None else problem.status,
        area="chat",
        rooms=[_named(visit, each, titles) for each in rooms],
        unread=unread,
        room=_named(visit, room, titles) if room else None,
        messages=messages,
        titles=titles,
        problem=problem,
        text=text,
        form=await blank(visit.api, [person], {}),
        live="/api/v1/chat/live",
    )


def _chosen(visit: Visit, rooms: list[Json]) -> Json | None:
    wanted = visit.request.path_params.get("room_id")
    if wanted:
        return next((room for room in rooms if room["id"] == wanted), None)
    return rooms[0] if rooms else None


async def _opened(visit: Visit, room: Json, unread: dict[str, Any]) -> list[Json]:
    """The messages of a room, which are read by being shown."""
    works: dict[str, Awaitable[Any]] = {"messages": _messages(visit, room)}
    if unread.pop(room["id"], 0):
        works["read"] = visit.api.verb("rooms", room["id"], "MarkRead", {})
    messages: list[Json] = answer((await gather(works))["messages"])
    return messages


async def mark_read(visit: Visit) -> Response:
    """What came live into an open room was read as it came."""
    await visit.api.verb("rooms", str(visit.request.path_params["room_id"]), "MarkRead", {})
    return Response(status_code=204)


async def show_unread(visit: Visit) -> Response:
    """How many messages wait, for the sign in the top bar."""
    found = _unread(
        answer((await gather({"all": visit.api.verb("rooms", None, "Unread", {})}))["all"])
    )
    return visit.page("fragments/unread.html", count=sum(map(int, found.values())))


async def _messages(visit: Visit, room: Json) -> list[Json]:
    asked = {
        "filter": f'room_id = "{room["id"]}"',
        "order_by": "sequence desc",
        "page_size": str(SHOWN),
    }
    page = await visit.api.list("messages", asked)
    return list(reversed(page["items"]))


def _people(rooms: list[Json], messages: list[Json]) -> set[str]:
    members = {person for room in rooms for person in room.get("member_ids", ())}
    return members | {message["author_id"] for message in messages if message.get("author_id")}


def _named(visit: Visit, room: Json, titles: dict[tuple[str, str], str]) -> Json:
    """A private room is called after the other person in it."""
    others = [each for each in room.get("member_ids", ()) if each != visit.me["id"]]
    names = [titles.get((PERSON, each), _("Somebody")) for each in others]
    return {**room, "name": room.get("name") or ", ".join(names) or _("Notes to myself")}


def _unread(found: Json | Problem) -> dict[str, Any]:
    if isinstance(found, Problem):
        return {}
    return {mark["room_id"]: mark.get("unread", 0) for mark in found.get("items", ())}


async def post_message(visit: Visit) -> Response:
    data = await visit.request.form()
    text, room_id = str(data.get("text", "")), visit.request.path_params["room_id"]
    try:
        await visit.api.create("messages", {"room_id": room_id, "text": text})
    except Invalid as problem:
        return await _chat_page(visit, problem, text)
    return to(f"/chat/{room_id}")


async def start_private(visit: Visit) -> Response:
    """Opens the room of two; the person is chosen by type-ahead or by the whole name."""
    data = await visit.request.form()
    chosen, name = str(data.get("person_id", "")), str(data.get("person_id~text", "")).strip()
    found = [] if chosen else await candidates(visit.api, visit.catalog, PERSON, name)
    if not chosen and len(found) != 1:
        return await _chat_page(
            visit, Invalid(person_id=_("Write the whole name of one colleague."))
        )
    room = await visit.api.verb("rooms", None, "Direct", {"person_id": chosen or found[0][0]})
    return to(f"/chat/{room['id']}")
