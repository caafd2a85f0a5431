"""What campaigns reads from its environment beyond what every service reads."""

from dataclasses import dataclass

from kit.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """Nothing more than every service."""
