"""What a person chooses for this browser."""

from starlette.responses import Response

from gateway.web.frame.visits import THEMES, Visit, to

A_YEAR = 31_536_000


async def choose_theme(visit: Visit) -> Response:
    data = await visit.request.form()
    chosen, back = str(data.get("theme", "")), str(data.get("back", "/"))
    # Only a path of our own: `//elsewhere` would lead to another site.
    own = back.startswith("/") and not back.startswith(("//", "/\\"))
    response = to(back if own else "/")
    if chosen in THEMES:
        response.set_cookie("theme", chosen, max_age=A_YEAR, samesite="lax", httponly=True)
    return response
