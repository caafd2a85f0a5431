"""The records that others move through step by step, e.g. stages."""

from gateway.web.described.entities import Entity

OPEN = "open"


def all_in_order(entity: Entity) -> dict[str, str]:
    """All of a few records, e.g. stages, in their own order."""
    order = entity.shown.order_by
    return {"page_size": "50", **({"order_by": order} if order else {})}
