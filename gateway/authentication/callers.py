"""Who is calling, once it is known: a person in a browser, or a program with a token."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from starlette.types import Scope

from kit.actor import Actor

_KEY = "rapport.caller"

Observer = Callable[[frozenset[str]], None]
"""Told of sessions, tokens and grants that have ended before their time."""


@dataclass(frozen=True, slots=True)
class Caller:
    """An actor, and the secrets of the session when a browser's cookie named it."""

    actor: Actor
    session_id: str = ""
    csrf: str = ""
    grant: str = ""
    """The consent under which a program's token was given."""

    @property
    def proofs(self) -> frozenset[str]:
        """With the end of any of these the caller is nobody again: session, token, grant."""
        return frozenset(filter(None, (self.actor.session, self.grant)))

    @property
    def by_cookie(self) -> bool:
        return bool(self.session_id)


def caller_of(scope: Scope) -> Caller | None:
    """Whom the middleware found for a request."""
    found = scope.get(_KEY)
    return found if isinstance(found, Caller) else None


def remember(scope: Scope, caller: Caller | None) -> None:
    scope[_KEY] = caller


def digest(secret: str) -> str:
    """Under what a secret is remembered, so that no store ever holds the secret itself."""
    return sha256(secret.encode()).hexdigest()
