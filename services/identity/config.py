"""What identity reads from its environment beyond what every service reads."""

from dataclasses import dataclass
from datetime import timedelta

from kit.settings import ServiceSettings, require_safe_address, setting


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """The doors, how long they stay open, and who goes in first."""

    redis_url: str = setting("REDIS_URL", "Where Valkey is.", "redis://127.0.0.1:6379")
    public_url: str = setting(
        "RAPPORT_PUBLIC_URL",
        "The address people and programs use; also the issuer of tokens.",
        "http://127.0.0.1:8000",
    )
    admin_email: str = setting(
        "RAPPORT_ADMIN_EMAIL", "The first administrator; read on an empty database only.", ""
    )
    admin_password: str = setting(
        "RAPPORT_ADMIN_PASSWORD", "The first administrator's password, 10 characters or more.", ""
    )
    session_idle_minutes: int = setting(
        "RAPPORT_SESSION_IDLE_MINUTES", "Minutes without a request that end a session.", 480
    )
    session_hours: int = setting(
        "RAPPORT_SESSION_HOURS", "Hours after which everybody signs in again.", 168
    )

    def __post_init__(self) -> None:
        require_safe_address("RAPPORT_PUBLIC_URL", self.public_url)

    @property
    def issuer(self) -> str:
        return self.public_url.rstrip("/")

    @property
    def session_idle(self) -> timedelta:
        return timedelta(minutes=self.session_idle_minutes)

    @property
    def session_life(self) -> timedelta:
        return timedelta(hours=self.session_hours)
