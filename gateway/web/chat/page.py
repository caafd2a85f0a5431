"""The chat: rooms on the left, messages on the right; live with JavaScript, by reload without."""

from collections.abc import Awaitable
from typing import Annotated, Any

from fastapi import Form
from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.described.fields import Field
from gateway.web.forms.form import blank, candidates
from gateway.web.frame.gather import answer, gather
from gateway.web.frame.references import titles_of
from gateway.web.frame.visits import Visit, to
from gateway.web.pages import FormText, TheVisit, pages
from gateway.web.words import _
from kit.entity.kinds import PERSON
from kit.errors import Invalid, Problem

router = pages()

SHOWN = 60


@router.get("/chat")
async def show_chat(visit: TheVisit) -> Response:
    return await _chat_page(visit)


@router.get("/chat/{room_id}")
async def show_room(visit: TheVisit, room_id: str) -> Response:
    return await _chat_page(visit, room_id)


@router.get("/messages/{message_id}")
async def show_message(visit: TheVisit, message_id: str) -> Response:
    """What somebody said is read in its room."""
    message = await visit.api.get("messages", message_id, {"fields": "room_id"})
    return to(f"/chat/{message['room_id']}")


async def _chat_page(
    visit: Visit, room_id: str = "", problem: Problem | None = None, text: str = ""
) -> Response:
    answers = await gather(
        {
            "rooms": visit.api.list(
                "rooms", {"page_size": "100", "order_by": "last_message_at desc"}
            ),
            "unread": visit.api.verb("rooms", None, "Unread", {}),
        }
    )
    rooms = answer(answers["rooms"])["items"]
    room = _chosen(rooms, room_id)
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


def _chosen(rooms: list[Json], wanted: str) -> Json | None:
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


@router.post("/chat/{room_id}/read")
async def mark_read(visit: TheVisit, room_id: str) -> Response:
    """What came live into an open room was read as it came."""
    await visit.api.verb("rooms", room_id, "MarkRead", {})
    return Response(status_code=204)


@router.get("/web/unread")
async def show_unread(visit: TheVisit) -> Response:
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


@router.post("/chat/start")
async def start_private(
    visit: TheVisit,
    person_id: FormText = "",
    name: Annotated[str, Form(alias="person_id~text")] = "",
) -> Response:
    """Opens the room of two; the person is chosen by type-ahead or by the whole name."""
    sought = name.strip()
    found = [] if person_id else await candidates(visit.api, visit.catalog, PERSON, sought)
    if not person_id and len(found) != 1:
        told = _("Write the whole name of one colleague.")
        return await _chat_page(visit, problem=Invalid(person_id=told))
    room = await visit.api.verb("rooms", None, "Direct", {"person_id": person_id or found[0][0]})
    return to(f"/chat/{room['id']}")


@router.post("/chat/{room_id}")
async def post_message(visit: TheVisit, room_id: str, text: FormText = "") -> Response:
    try:
        await visit.api.create("messages", {"room_id": room_id, "text": text})
    except Invalid as problem:
        return await _chat_page(visit, room_id, problem, text)
    return to(f"/chat/{room_id}")
