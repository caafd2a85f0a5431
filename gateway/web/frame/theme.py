"""What a person chooses for this browser."""

from starlette.responses import Response

from gateway.web.frame.visits import THEMES, to
from gateway.web.pages import FormText, TheVisit, pages

router = pages()

A_YEAR = 31_536_000


@router.post("/web/theme")
async def choose_theme(_: TheVisit, theme: FormText = "", back: FormText = "/") -> Response:
    # Only a path of our own: `//elsewhere` would lead to another site.
    own = back.startswith("/") and not back.startswith(("//", "/\\"))
    response = to(back if own else "/")
    if theme in THEMES:
        response.set_cookie("theme", theme, max_age=A_YEAR, samesite="lax", httponly=True)
    return response
