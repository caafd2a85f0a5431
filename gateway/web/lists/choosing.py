"""What was chosen in the tools of a list becomes part of its address: a filter, columns, an order."""

from starlette.responses import Response

from gateway.web.frame.visits import to
from gateway.web.lists.filtering import condition, joined, operators_of
from gateway.web.lists.wanted import Wanted, written
from gateway.web.pages import OF_ENTITY, TheVisit, pages

router = pages(OF_ENTITY)


@router.get("/filter")
async def add_condition(visit: TheVisit) -> Response:
    """What was chosen in the filter builder becomes part of the list's address."""
    wanted = await Wanted.of(visit)
    made = condition(
        wanted.entity, visit.asked("field"), visit.asked("is"), visit.asked("value").strip()
    )
    return to(wanted.url(filter=joined([wanted.filter, made or ""])))


@router.get("/condition")
async def condition_value(visit: TheVisit) -> Response:
    """The operators and the input that suit the field just chosen in the filter builder."""
    field = visit.entity.askable(visit.asked("field")) or visit.entity.fields[0]
    return visit.page(
        "fragments/condition.html",
        entity=visit.entity,
        field=field,
        operators=operators_of(field),
    )


@router.get("/sort")
async def choose_order(visit: TheVisit) -> Response:
    """Fields in the order of their weight, each with its direction; a field counts where it is first."""
    wanted, query = await Wanted.of(visit), visit.request.query_params
    said = zip(query.getlist("sort"), query.getlist("direction"), strict=False)
    keys: dict[str, bool] = {}
    for name, direction in said:
        if wanted.entity.askable(name):
            keys.setdefault(name, direction == "desc")
    return to(wanted.url(order_by=written(list(keys.items()))))


@router.get("/columns")
async def choose_columns(visit: TheVisit) -> Response:
    """The columns in their order, one of them a place further up or down."""
    wanted = await Wanted.of(visit)
    columns = list(wanted.columns)
    _move(columns, visit.asked("up"), -1)
    _move(columns, visit.asked("down"), 1)
    return to(wanted.url(columns=tuple(columns)))


def _move(columns: list[str], name: str, by: int) -> None:
    if name in columns:
        at = columns.index(name)
        columns.insert(max(0, at + by), columns.pop(at))
