"""Every address of the pages, and the view behind it."""

from starlette.routing import BaseRoute, Route

from gateway.web.bin import page as bins
from gateway.web.chat import page as chat
from gateway.web.design import page as design
from gateway.web.forms import page as forms
from gateway.web.frame import theme
from gateway.web.frame.visits import Site, View, shown
from gateway.web.home import page as home
from gateway.web.imports import page as imports
from gateway.web.lists import board
from gateway.web.lists import page as lists
from gateway.web.record import page as record
from gateway.web.record import sharing, verb_pages
from gateway.web.search import page as search

# The order matters: fixed addresses stand before those with an entity's name in them.
VIEWS: tuple[tuple[str, str, View], ...] = (
    ("GET", "/", home.show_home),
    ("GET", "/design", design.show_design),
    ("GET", "/search", search.search),
    ("GET", "/web/lookup", search.look_up),
    ("GET", "/web/commands", search.commands),
    ("GET", "/web/panels/{panel}", home.show_panel),
    ("POST", "/web/theme", theme.choose_theme),
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
    ("GET", "/bin", bins.show_first),
    ("GET", "/{plural}", lists.show_list),
    ("POST", "/{plural}", forms.create),
    ("GET", "/{plural}/new", forms.show_new),
    ("GET", "/{plural}/board", board.show_board),
    ("GET", "/{plural}/bin", bins.show_bin),
    ("GET", "/{plural}/filter", lists.add_condition),
    ("GET", "/{plural}/condition", lists.condition_value),
    ("GET", "/{plural}/{record_id}", record.show_detail),
    ("POST", "/{plural}/{record_id}", forms.update),
    ("GET", "/{plural}/{record_id}/edit", forms.show_edit),
    ("POST", "/{plural}/{record_id}/delete", forms.delete),
    ("POST", "/{plural}/{record_id}/restore", bins.restore),
    ("GET", "/{plural}/{record_id}/history", record.show_history),
    ("GET", "/{plural}/{record_id}/related/{tab}", record.show_related),
    ("GET", "/{plural}/{record_id}/access", sharing.show_access),
    ("POST", "/{plural}/{record_id}/access", sharing.share),
    ("POST", "/{plural}/{record_id}/access/remove", sharing.unshare),
    ("POST", "/{plural}/{record_id}/move", board.move),
    ("GET", "/{plural}/{record_id}/do/{verb}", verb_pages.show_verb),
    ("POST", "/{plural}/{record_id}/do/{verb}", verb_pages.do_verb),
)


def routes(site: Site) -> list[BaseRoute]:
    """The pages and their files, to be mounted after the API's routes."""
    pages = [
        Route(path, shown(site, view), methods=[method], name=f"{method} {path}")
        for method, path, view in VIEWS
    ]
    return [site.assets.route(), *pages]
