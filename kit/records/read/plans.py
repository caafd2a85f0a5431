"""How a page within somebody's reach is found; the rows are the same by either plan.

Rows in the order of their keys stand in no index. A caller who reaches the rows of a few owners takes
the newest of each from the index by owner, and adds what is shared beyond them; for all others the
planner decides between walking the newest rows and gathering by key.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Table,
    Uuid,
    bindparam,
    false,
    func,
    or_,
    select,
    true,
    union_all,
)

from kit.access.clause import inherited_parameter, standing
from kit.access.reach import Reach
from kit.query import Order

FEW, GATHERED = 12, 1_000
_NEWEST = ("updated_at", "id")

Narrow = Callable[[Select[Any]], Select[Any]]


def may_go_by_owner(reach: Reach, order: Order) -> bool:
    """Whether the newest of each owner is a plan, if not too much is shared beyond."""
    return not reach.all and 0 < len(reach.own) <= FEW and _newest_first(order)


def shared_rows(table: Table, *, inherits: bool) -> Select[Any]:
    """How many rows of others are reached by `shared` and `inherited`, as far as it matters."""
    some = select(table.c.id).where(_shared(table, inherits=inherits)).limit(GATHERED + 1)
    return select(func.count()).select_from(some.subquery())


def _newest_first(order: Order) -> bool:
    return order.keys == _NEWEST and all(key.descending for key in order.by)


def newest_of_owners(
    table: Table, columns: Sequence[ColumnElement[Any]], narrow: Narrow, *, inherits: bool
) -> Select[Any]:
    """The newest rows of the owners `own` up to `limit`, and what is shared under `shared`."""
    newest = (table.c.updated_at.desc(), table.c.id.desc())
    owner = func.unnest(_OWN).table_valued("id", name="owner").render_derived()
    of_one = select(*columns).where(
        table.c.owner_id == owner.c.id, standing(table), _not_kept_from(table)
    )
    owned = narrow(of_one).order_by(*newest).limit(_LIMIT).lateral("owned")
    mine = select(*owned.c).select_from(owner.join(owned, true()))
    # Materialised, or the planner walks all newest rows in the hope of meeting a shared one.
    beyond = (
        narrow(select(*columns).where(_shared(table, inherits=inherits)))
        .cte("shared")
        .prefix_with("MATERIALIZED")
    )
    both = union_all(mine, select(*beyond.c)).subquery("reached")
    return select(*both.c).order_by(both.c.updated_at.desc(), both.c.id.desc()).limit(_LIMIT)


def _not_kept_from(table: Table) -> ColumnElement[bool]:
    """What somebody below the caller keeps private is none of these.

    Asked of keys alone, the planner takes few rows for possible, and gathers and sorts all of an owner's.
    """
    if "private" not in table.c:
        return true()
    return or_(table.c.private.is_(False), table.c["keys"].bool_op("&&")(_KEYS))


def _shared(table: Table, *, inherits: bool) -> ColumnElement[bool]:
    """What others own, and have shared or hung on something that is reached."""
    others = or_(table.c.owner_id.is_(None), table.c.owner_id != func.all(_OWN))
    ways = [table.c["keys"].bool_op("&&")(bindparam("shared", type_=ARRAY(Integer)))]
    if inherits:
        ways.append(table.c.inherited.bool_op("&&")(inherited_parameter()))
    return or_(false(), *ways) & others & standing(table)


_OWN = bindparam("own", type_=ARRAY(Uuid))
_KEYS = bindparam("keys", type_=ARRAY(Integer))
_LIMIT = bindparam("limit", type_=Integer)
