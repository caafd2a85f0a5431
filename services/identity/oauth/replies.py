"""What goes back to the gateway: the HTTP response to give, with the issuer in every redirect."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from crm.identity.v1 import oauth_pb2 as pb

Headers = Iterable[tuple[str, str]]
_JSON = ("Content-Type", "application/json")


def reply(status: int, body: Any, headers: Headers) -> pb.OAuthReply:
    """A response as Authlib makes it: a dictionary for JSON, text for a redirect."""
    content = msgspec.json.encode(body) if isinstance(body, Mapping) else str(body or "").encode()
    return pb.OAuthReply(
        status=status,
        headers=[pb.Parameter(name=name, value=value) for name, value in headers],
        body=content,
    )


def published(body: Mapping[str, Any]) -> pb.OAuthReply:
    """What everybody may read and keep for five minutes."""
    return reply(200, body, [_JSON, ("Cache-Control", "public, max-age=300")])


def refused(error: OAuth2Error, issuer: str = "") -> pb.OAuthReply:
    """A protocol error; it goes back to the client where its address was found good."""
    status, body, headers = error(None)
    return reply(status, body, signed(headers, issuer))


def signed(headers: Headers, issuer: str) -> list[tuple[str, str]]:
    """RFC 9207: who answers is said in every redirect, so that clients cannot be mixed up."""
    return [
        (name, _with_issuer(value, issuer) if name == "Location" and issuer else value)
        for name, value in headers
    ]


def _with_issuer(address: str, issuer: str) -> str:
    return str(add_params_to_uri(address, {"iss": issuer}))
