"""An HTTP request as the gateway passed it on, in the shape that Authlib reads."""

import base64
import binascii
import re
from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote, urlsplit

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError
from crm.identity.v1 import oauth_pb2 as pb

# Authlib repeats these in descriptions, where RFC 6749 §4.1.2.1 allows nothing else.
_QUOTED = ("client_id", "redirect_uri", "response_type", "grant_type", "scope")
_PLAIN = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*")
_LONGEST = 4_000

Pairs = Iterable[tuple[str, str]]


class Parameters(OAuth2Payload):  # type: ignore[misc] # Authlib has no types
    """The parameters of one request, with those that came twice."""

    def __init__(self, pairs: Pairs) -> None:
        self._lists: defaultdict[str, list[str]] = defaultdict(list)
        for name, value in pairs:
            self._lists[name].append(value)
        self._data = {name: values[0] for name, values in self._lists.items()}

    @property
    def data(self) -> dict[str, str]:
        return self._data

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        return self._lists


class Request(OAuth2Request):  # type: ignore[misc] # Authlib has no types
    """One request; its address stands on the public origin, whatever came over the wire inside."""

    def __init__(self, asked: pb.OAuthRequest, issuer: str, *, query: bool) -> None:
        address = urlsplit(asked.uri)
        headers = {each.name.title(): each.value for each in asked.headers}
        super().__init__(asked.method, f"{issuer}{address.path}", headers=headers)
        form = [(each.name, each.value) for each in asked.form]
        inside = parse_qsl(address.query, keep_blank_values=True) if query else []
        self._parameters = self.payload = Parameters([*inside, *form])
        self.asked = asked

    @property
    def form(self) -> dict[str, str]:
        return self._parameters.data

    @property
    def args(self) -> dict[str, str]:
        return self._parameters.data


def check_parameters(request: Request) -> None:
    """Refuses what Authlib would stumble over."""
    for name, values in request.payload.datalist.items():
        if len(values) > 1:
            raise InvalidRequestError("A parameter may be given only once.")
        if "\x00" in values[0]:
            raise InvalidRequestError("A parameter has a zero character.")
        if len(values[0]) > _LONGEST:
            raise InvalidRequestError("A parameter is too long.")
        if name in _QUOTED and not _PLAIN.fullmatch(values[0]):
            raise InvalidRequestError(f"{name} has characters that it may not have.")


def check_credentials(request: Request) -> None:
    """Refuses a client that proves itself twice, or in bytes that are no text."""
    named = _basic_client(request.headers.get("Authorization", ""))
    if named is None:
        return
    if "client_secret" in request.form:
        raise InvalidRequestError("Use one way of client authentication, not two.")
    if request.form.get("client_id", named) != named:
        raise InvalidRequestError("client_id is not the client that authenticates.")


def _basic_client(header: str) -> str | None:
    kind, _, credentials = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        said = base64.b64decode(credentials.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as wrong:
        raise InvalidClientError("The credentials cannot be read.", status_code=401) from wrong
    return unquote(said.partition(":")[0])
