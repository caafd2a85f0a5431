"""Taking in a file of the European Central Bank, from the list of exchange rates."""

from starlette.datastructures import UploadFile
from starlette.responses import Response

from gateway.web.frame.visits import to
from gateway.web.pages import TheVisit, pages
from gateway.web.words import _
from kit.errors import Invalid, Problem

router = pages("/exchange-rates")

LARGEST = 3_500_000
"""As many bytes as the verb takes characters, which are of ASCII in these files."""


@router.post("/take-in")
async def take_in(visit: TheVisit) -> Response:
    """As many rates as are taken in at a time; the notice says how many are left."""
    data = await visit.request.form()
    try:
        told = await visit.api.verb(
            "exchange-rates", None, "TakeIn", {"csv": await _text(data.get("file"))}
        )
    except Problem as problem:
        return visit.problem(problem)
    said = _("%(taken)s rates were taken in, %(there)s were there.", **_counts(told))
    if told.get("left"):
        said += " " + _("%(left)s older ones are left: take the file in again.", **_counts(told))
    return to("/exchange-rates?view=all", said)


def _counts(told: dict[str, object]) -> dict[str, object]:
    return {name: told.get(name) or 0 for name in ("taken", "there", "left")}


async def _text(file: object) -> str:
    if not isinstance(file, UploadFile) or not file.filename:
        raise Invalid(csv=_("Choose a file."))
    body = await file.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise Invalid(csv=_("The file is larger than those of the central bank ever were."))
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(csv=_("This is no text; choose the CSV out of the archive.")) from None
