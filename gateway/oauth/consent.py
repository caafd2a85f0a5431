"""The page on which a person says what a program may do."""

import re

from crm.identity.v1 import oauth_pb2 as pb
from starlette.requests import Request
from starlette.responses import Response

from gateway.middleware.headers import content_policy
from gateway.web.frame.visits import Site

_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")
_WORDS = {
    "openid": "know who you are",
    "profile": "read your name, language and time zone",
    "email": "read your e-mail address",
    "offline_access": "stay connected while you are away",
    "api": "read and change whatever you may read and change",
    "api.read": "read whatever you may read",
}


def consent_page(site: Site, request: Request, consent: pb.Consent) -> Response:
    """What is asked for, by whom, and where the answer goes."""
    lines = [_WORDS.get(scope, scope) for scope in consent.scopes]
    query = request.scope["query_string"].decode("latin-1")
    response = site.stranger(
        request,
        "oauth/consent.html",
        200,
        client=consent.client_name,
        lines=lines,
        host=consent.redirect_host,
        action=f"/oauth/authorize?{query}",
    )
    # The browser applies `form-action` to the redirect that answers the form, too.
    host = consent.redirect_host
    # One that was registered before hosts were looked at gets no place in the policy.
    widened = f"https://{host} http://{host} http://{host}:*" if _HOST.fullmatch(host) else ""
    response.headers["Content-Security-Policy"] = content_policy(form_action=widened)
    response.headers["Cache-Control"] = "no-store"
    return response
