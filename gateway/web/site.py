"""What all pages share, made once; and the one page that strangers see."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from gateway.web.api import Api, Uploads
from gateway.web.described.catalogs import Catalogs
from gateway.web.frame.assets import Assets
from gateway.web.frame.panel_cache import PanelCache
from gateway.web.frame.rendering import Templates
from gateway.web.frame.visits import Site
from gateway.web.lists.filtering import operators_of


def site_of(
    api_of: Callable[[Request], Api],
    csrf_of: Callable[[Request], str],
    uploads: Uploads,
    largest_file: int,
) -> Site:
    """Everything that the pages share, made once."""
    assets = Assets()
    templates = Templates(assets, field_operators=operators_of)
    caches = PanelCache(), Catalogs()
    return Site(api_of, csrf_of, uploads, assets, templates, *caches, largest_file)


def sign_in_page(
    site: Site, request: Request, *, email: str = "", problem: str = "", status: int = 200
) -> Response:
    """The sign-in form; whoever checks the password shows it again with the problem."""
    wanted = request.query_params.get("next", "/")
    return site.stranger(request, "sign-in.html", status, email=email, problem=problem, next=wanted)
