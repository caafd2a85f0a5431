"""The tabs over each list: those that every entity has, and its own."""

from gateway.web.described.entities import Entity
from kit.entity.presentation import View

ALL = View("all", "All", "")
RECENT = View("recent", "Recently changed", "", "updated_at desc")
MINE = View("mine", "Mine", "owner_id = me()")


def views_of(entity: Entity) -> list[View]:
    """The tabs over an entity's list."""
    mine = [MINE] if entity.shown.owned and entity.field("owner_id") else []
    return [ALL, *mine, *entity.shown.views, RECENT]


def view_named(entity: Entity, key: str) -> View:
    return next((view for view in views_of(entity) if view.key == key), ALL)
