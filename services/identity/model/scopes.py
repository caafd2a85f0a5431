"""What a client may ask for; the rights behind a scope are always the person's own."""

from collections.abc import Collection

OPENID, PROFILE, EMAIL, OFFLINE = "openid", "profile", "email", "offline_access"
API, API_READ = "api", "api.read"

SCOPES = (OPENID, PROFILE, EMAIL, OFFLINE, API, API_READ)
"""`api`: everything that the person may do; `api.read`: everything that the person may see."""

WITHOUT_PERSON = frozenset({API, API_READ})
"""What makes sense when no person is there to be asked."""


def listed(scope: str | None) -> list[str]:
    """The scopes of a parameter, each once and in their order."""
    return list(dict.fromkeys((scope or "").split()))


def narrowed(asked: str | None, allowed: Collection[str]) -> str | None:
    """What is granted: all that is asked, or all that is allowed; None when too much is asked."""
    wanted = listed(asked) or [scope for scope in SCOPES if scope in allowed]
    return " ".join(wanted) if set(wanted) <= set(allowed) else None
