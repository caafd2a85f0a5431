"""What the gateway reads from its environment beyond what every process reads."""

from dataclasses import dataclass
from ipaddress import ip_network
from typing import Self
from urllib.parse import urlsplit

from kit.settings import FILE_BYTES, Misconfigured, require_safe_address, setting
from kit.settings import Settings as ProcessSettings


class Proxies(str):
    """Addresses and networks separated by commas, or `*` for whoever connects."""

    __slots__ = ()

    def __new__(cls, text: str = "") -> Self:
        for each in text.split(","):
            if each.strip() not in {"", "*"}:
                ip_network(each.strip(), strict=False)
        return super().__new__(cls, text)


@dataclass(frozen=True, kw_only=True)
class Settings(ProcessSettings):
    """The public face: its address, its store for sessions and limits, and how much it takes."""

    redis_url: str = setting("REDIS_URL", "Valkey, for sessions and rate limits.")
    public_url: str = setting(
        "RAPPORT_PUBLIC_URL",
        "The address by which browsers and partners know the system, without a path.",
        "http://localhost:8000",
    )
    person_rate: float = setting(
        "RAPPORT_PERSON_RATE", "Requests per second that one person may make for long.", 200.0
    )
    person_burst: int = setting(
        "RAPPORT_PERSON_BURST", "Requests that one person may make at once.", 1_000
    )
    stranger_rate: float = setting(
        "RAPPORT_STRANGER_RATE",
        "Requests per second from one address without a sign-in; an IPv6 network of 64 bits counts "
        "as one address, and so does an office behind one address.",
        20.0,
    )
    stranger_burst: int = setting(
        "RAPPORT_STRANGER_BURST", "Requests at once from one address without a sign-in.", 200
    )
    import_bytes: int = setting(
        "RAPPORT_IMPORT_BYTES", "Largest file that an import takes, in bytes.", 100 * 1024 * 1024
    )
    file_bytes: int = setting(
        "RAPPORT_FILE_BYTES", "Largest file that is put on a record, in bytes.", FILE_BYTES
    )
    live_per_person: int = setting(
        "RAPPORT_LIVE_PER_PERSON", "Live connections (WebSocket) of one person at one gateway.", 20
    )
    head_seconds: float = setting(
        "RAPPORT_HEAD_SECONDS", "Seconds within which the head of a request has to be here.", 10.0
    )
    body_seconds: float = setting(
        "RAPPORT_BODY_SECONDS", "Seconds within which the body of a request has to be here.", 60.0
    )
    file_seconds: float = setting(
        "RAPPORT_FILE_SECONDS", "Seconds within which an uploaded file has to be here.", 1_800.0
    )
    trusted_proxies: Proxies = setting(  # noqa: RUF009 - as of the others, whose types ruff knows
        "RAPPORT_TRUSTED_PROXIES",
        "Addresses or networks of the proxies whose X-Forwarded-For is believed, separated by "
        "commas; behind a proxy that is not named here, all people share one limit.",
        Proxies(),
    )

    def __post_init__(self) -> None:
        require_safe_address("RAPPORT_PUBLIC_URL", self.public_url)
        _require_valkey("REDIS_URL", self.redis_url)

    @property
    def is_secure(self) -> bool:
        """Whether people come by HTTPS; only on loopback may they do without."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def origin(self) -> str:
        """Scheme, host and port as a browser sends them in `Origin`."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}".lower()

    @property
    def cookie(self) -> str:
        """The session cookie; the prefix binds it to this host and to HTTPS (RFC 6265bis)."""
        return "__Host-rapport" if self.is_secure else "rapport"


def _require_valkey(variable: str, url: str) -> None:
    """The address itself is not told: it may hold a password."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"redis", "rediss"} and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise Misconfigured(f"{variable} is no address of Valkey; write redis://host:6379.")
