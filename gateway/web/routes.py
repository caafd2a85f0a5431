"""Every address of the pages, and the view behind it."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.web import (
    board,
    chat,
    design,
    details,
    doing,
    editing,
    home,
    imports,
    lists,
    looking,
    settings,
    sharing,
)  # fmt: skip
from gateway.web.api import Api, Uploads
from gateway.web.assets import Assets
from gateway.web.catalogs import Catalogs
from gateway.web.rendering import Templates
from gateway.web.shelf import Shelf
from gateway.web.visits import Site, View, shown

# The order matters: fixed addresses stand before those with an entity's name in them.
VIEWS: tuple[tuple[str, str, View], ...] = (
    ("GET", "/", home.show_home),
    ("GET", "/design", design.show_design),
    ("GET", "/search", looking.search),
    ("GET", "/web/lookup", looking.look_up),
    ("GET", "/web/commands", looking.commands),
    ("GET", "/web/panels/{panel}", home.show_panel),
    ("POST", "/web/theme", settings.choose_theme),
    ("GET", "/chat", chat.show_chat),
    ("POST", "/chat/start", chat.start_private),
    ("GET", "/chat/{room_id}", chat.show_chat),
    ("POST", "/chat/{room_id}", chat.post_message),
    ("POST", "/chat/{room_id}/read", chat.mark_read),
    ("GET", "/web/unread", chat.show_unread),
    ("GET", "/imports/new", imports.show_start),
    ("POST", "/imports/new", imports.upload),
    ("GET", "/imports/map", imports.show_map),
    ("POST", "/imports/map", imports.start),
    ("GET", "/imports/{import_id}", imports.show_import),
    ("POST", "/imports/real", imports.start_for_real),
    ("POST", "/imports/{import_id}/retry", imports.retry),
    ("GET", "/{plural}", lists.show_list),
    ("POST", "/{plural}", editing.create),
    ("GET", "/{plural}/new", editing.show_new),
    ("GET", "/{plural}/board", board.show_board),
    ("GET", "/{plural}/filter", lists.add_condition),
    ("GET", "/{plural}/condition", lists.condition_value),
    ("GET", "/{plural}/{record_id}", details.show_detail),
    ("POST", "/{plural}/{record_id}", editing.update),
    ("GET", "/{plural}/{record_id}/edit", editing.show_edit),
    ("POST", "/{plural}/{record_id}/delete", editing.delete),
    ("GET", "/{plural}/{record_id}/history", details.show_history),
    ("GET", "/{plural}/{record_id}/related/{tab}", details.show_related),
    ("GET", "/{plural}/{record_id}/access", sharing.show_access),
    ("POST", "/{plural}/{record_id}/access", sharing.share),
    ("POST", "/{plural}/{record_id}/access/remove", sharing.unshare),
    ("POST", "/{plural}/{record_id}/move", board.move),
    ("GET", "/{plural}/{record_id}/do/{verb}", doing.show_verb),
    ("POST", "/{plural}/{record_id}/do/{verb}", doing.do_verb),
)


def site_of(
    api_of: Callable[[Request], Api], csrf_of: Callable[[Request], str], uploads: Uploads
) -> Site:
    """Everything that the pages share, made once."""
    assets = Assets()
    return Site(api_of, csrf_of, uploads, assets, Templates(assets), Shelf(), Catalogs())


def routes(site: Site) -> list[BaseRoute]:
    """The pages and their files, to be mounted after the API's routes."""
    pages = [
        Route(path, shown(site, view), methods=[method], name=f"{method} {path}")
        for method, path, view in VIEWS
    ]
    return [site.assets.route(), *pages]


def sign_in_page(
    site: Site, request: Request, *, email: str = "", problem: str = "", status: int = 200
) -> Response:
    """The sign-in form; whoever checks the password shows it again with the problem."""
    wanted = request.query_params.get("next", "/")
    return site.stranger(request, "sign-in.html", status, email=email, problem=problem, next=wanted)
