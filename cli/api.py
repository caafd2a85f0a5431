"""The way to the public API of a system on this machine: signed in with a password, as people are."""

import re
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from cli.failure import CommandFailed
from cli.local.home import Home
from cli.local.state import Phase, read_state
from cli.local.wiring import ADMIN_EMAIL

_SECONDS = 60.0
_TOKEN = re.compile(r'"X-CSRF-Token": *"([^"]+)"')


class Api:
    """The REST API as one person; what goes wrong is said in the API's own words."""

    def __init__(
        self, address: str, email: str, password: str, way: httpx.BaseTransport | None = None
    ) -> None:
        self._client = httpx.Client(
            base_url=address, timeout=_SECONDS, trust_env=False, transport=way
        )
        try:
            self._sign_in(email, password)
        except httpx.TransportError as wrong:
            raise CommandFailed(f"Nothing answers at {address}: start the system first.") from wrong

    @classmethod
    def of_home(cls, home: Home) -> Self:
        """As the administrator of the system that runs from a home."""
        state = read_state(home.state)
        if state.phase is not Phase.READY:
            raise CommandFailed("No system is running here: start one with ./rapport up.")
        return cls(state.address, ADMIN_EMAIL, home.secret("administrator"))

    def _sign_in(self, email: str, password: str) -> None:
        form = {"email": email, "password": password}
        if self._client.post("/sign-in", data=form).status_code != httpx.codes.SEE_OTHER:
            raise CommandFailed(f"{email} cannot sign in: the address or the password is wrong.")
        # Every page carries the token of its session; what changes something must name it.
        found = _TOKEN.search(self._client.get("/").text)
        if found is not None:
            self._client.headers["X-CSRF-Token"] = found.group(1)

    def get(self, path: str, **query: str | int) -> Any:
        return _answer(self._client.get(f"/api/v1/{path}", params=query))

    def post(self, path: str, values: Mapping[str, Any] | None = None, **words: Any) -> Any:
        if values is not None:
            words["json"] = values
        return _answer(self._client.post(f"/api/v1/{path}", **words))

    def patch(self, path: str, values: Mapping[str, Any]) -> Any:
        return _answer(self._client.patch(f"/api/v1/{path}", json=values))

    def delete(self, path: str) -> Any:
        return _answer(self._client.delete(f"/api/v1/{path}"))

    def find(self, path: str, field: str, value: str) -> dict[str, Any] | None:
        """The one record whose field has a value, as far as the person sees it."""
        text = value.replace("\\", "\\\\").replace('"', '\\"')
        items: list[dict[str, Any]] = self.get(path, filter=f'{field} = "{text}"')["items"]
        return items[0] if len(items) == 1 else None

    def credentials(self) -> dict[str, str]:
        """The headers by which another program of this machine asks as the same person."""
        cookies = "; ".join(f"{name}={value}" for name, value in self._client.cookies.items())
        return {"Cookie": cookies, "X-CSRF-Token": self._client.headers["X-CSRF-Token"]}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()


def _answer(response: httpx.Response) -> Any:
    if response.is_success:
        return response.json() if response.content else None
    raise CommandFailed(_problem(response))


def _problem(response: httpx.Response) -> str:
    """A problem (RFC 9457) as sentences."""
    try:
        problem = response.json()
    except ValueError:
        return f"The system answered {response.status_code} {response.reason_phrase}."
    fields = problem.get("fields") or problem.get("errors") or {}
    if isinstance(fields, Mapping) and fields:
        return " ".join(f"{name}: {text}" for name, text in fields.items())
    return str(problem.get("detail") or problem.get("title") or response.reason_phrase)


def quoted(part: str) -> str:
    """A value as a part of an address."""
    return quote(part, safe="")
