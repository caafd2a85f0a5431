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
    func,
    or_,
    select,
    true,
    union_all,
)

from kit.access.policy import Reach
from kit.query import Order

FEW = 12
_NEWEST = ("updated_at", "id")

Narrow = Callable[[Select[Any]], Select[Any]]


def by_owner(reach: Reach, order: Order) -> bool:
    """Whether to take the newest of each owner."""
    return not reach.all and 0 < len(reach.own) <= FEW and _newest_first(order)


def _newest_first(order: Order) -> bool:
    return order.keys == _NEWEST and all(key.descending for key in order.by)


def newest_of_owners(table: Table, names: Sequence[str], narrow: Narrow) -> Select[Any]:
    """The newest rows of the owners `own`, and of what is shared under `shared`, up to `limit`."""
    columns = [table.c[name] for name in names]
    newest = (table.c.updated_at.desc(), table.c.id.desc())
    owner = func.unnest(_OWN).table_valued("id", name="owner")
    of_one = select(*columns).where(table.c.owner_id == owner.c.id)
    owned = narrow(of_one).order_by(*newest).limit(_LIMIT).lateral("owned")
    mine = select(*owned.c).select_from(owner.join(owned, true()))
    beyond = narrow(select(*columns).where(_shared(table))).order_by(*newest).limit(_LIMIT)
    both = union_all(mine, select(*beyond.subquery("shared").c)).subquery("reached")
    return select(*both.c).order_by(both.c.updated_at.desc(), both.c.id.desc()).limit(_LIMIT)


def _shared(table: Table) -> ColumnElement[bool]:
    """What others own and have shared."""
    others = or_(table.c.owner_id.is_(None), table.c.owner_id != func.all(_OWN))
    return table.c["keys"].op("&&")(bindparam("shared", type_=ARRAY(Integer))) & others


_OWN = bindparam("own", type_=ARRAY(Uuid))
_LIMIT = bindparam("limit", type_=Integer)
