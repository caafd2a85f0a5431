"""The headers that every answer carries, and what stays away from other sites."""

from collections.abc import Iterable

from gateway.config import Settings

Header = tuple[bytes, bytes]

_POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def content_policy(**more: str) -> str:
    """The Content-Security-Policy; a page may widen one directive, e.g. `form_action=…`."""
    policy = _POLICY | {
        name.replace("_", "-"): f"{_POLICY[name.replace('_', '-')]} {value}".strip()
        for name, value in more.items()
    }
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def default_headers(settings: Settings) -> list[Header]:
    """What goes with every answer that does not say otherwise."""
    named = {
        "content-security-policy": content_policy(),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    }
    if settings.is_secure:
        named["strict-transport-security"] = "max-age=63072000; includeSubDomains"
    return [(name.encode(), value.encode()) for name, value in named.items()]


def with_defaults(given: Iterable[Header], defaults: list[Header]) -> list[Header]:
    """The headers of an answer, with those defaults that it did not set itself."""
    headers = list(given)
    present = {name.lower() for name, _ in headers}
    headers += [each for each in defaults if each[0] not in present]
    return headers
