"""What scheduling reads from its environment beyond what every service reads."""

from dataclasses import dataclass

from kit.settings import ServiceSettings, setting


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """Where letters lead."""

    public_url: str = setting(
        "RAPPORT_PUBLIC_URL", "The address to which letters lead.", "http://localhost:8000"
    )
