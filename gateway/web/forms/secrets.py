"""The page that shows a program's secret, once."""

from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.frame.visits import Visit


def is_secret(made: Json) -> bool:
    """Whether an answer brings along a secret, which nobody can ask for again."""
    return bool(made.get("client_secret"))


def show_secret(visit: Visit, made: Json) -> Response:
    """It stands in the answer itself: an address would keep it for ever."""
    return visit.page(
        "record/secret.html",
        entity=visit.entity,
        title=visit.entity.title_of(made),
        record_id=made["id"],
        secret=made["client_secret"],
        client_id=made.get("client_id", ""),
    )
