"""What the gateway reads from its environment beyond what every process reads."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from kit.settings import Settings as ProcessSettings
from kit.settings import require_safe_address, setting


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
        "RAPPORT_STRANGER_RATE", "Requests per second from one address without a sign-in.", 20.0
    )
    stranger_burst: int = setting(
        "RAPPORT_STRANGER_BURST", "Requests at once from one address without a sign-in.", 200
    )
    import_bytes: int = setting(
        "RAPPORT_IMPORT_BYTES", "Largest file that an import takes, in bytes.", 100 * 1024 * 1024
    )
    live_per_person: int = setting(
        "RAPPORT_LIVE_PER_PERSON", "Live connections (WebSocket) of one person at one gateway.", 20
    )
    trusted_proxies: str = setting(
        "RAPPORT_TRUSTED_PROXIES",
        "Addresses of the proxies whose X-Forwarded-For is believed, separated by commas.",
        "",
    )

    def __post_init__(self) -> None:
        require_safe_address("RAPPORT_PUBLIC_URL", self.public_url)

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
