"""Following a record, and who does."""

from collections.abc import Awaitable
from typing import Any

from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.frame.presenting import Titles
from gateway.web.frame.visits import Visit, to
from gateway.web.pages import OF_RECORD, TheVisit, pages
from gateway.web.words import _
from kit.entity.kinds import PERSON
from kit.errors import Problem

router = pages(OF_RECORD)

_ASKED = "followers"


def followers_of(visit: Visit) -> dict[str, Awaitable[Json]]:
    """What the page of a record asks for; nothing of what cannot be followed."""
    if not visit.entity.takes_notes:
        return {}
    return {_ASKED: visit.api.followers(visit.entity.slug, visit.record_id)}


def followed(answer: Json | Problem | None, titles: Titles) -> dict[str, Any]:
    """Whether one follows, who else does, and how many whom one may not see."""
    if answer is None or isinstance(answer, Problem):
        return {_ASKED: None}
    people = [each["person_id"] for each in answer["items"]]
    names = sorted(titles[PERSON, each] for each in people if (PERSON, each) in titles)
    more = bool(answer.get("page", {}).get("next_page_token"))
    return {
        _ASKED: {
            "following": answer["following"],
            "names": names,
            "count": f"{len(people)}{'+' if more else ''}",
        }
    }


@router.post("/follow")
async def follow(visit: TheVisit) -> Response:
    await visit.api.follow(visit.entity.slug, visit.record_id, wanted=True)
    return to(_address(visit), _("You are told what happens here."))


@router.post("/unfollow")
async def unfollow(visit: TheVisit) -> Response:
    await visit.api.follow(visit.entity.slug, visit.record_id, wanted=False)
    return to(_address(visit), _("You are told no more of this."))


def _address(visit: Visit) -> str:
    return f"/{visit.entity.slug}/{visit.record_id}"
