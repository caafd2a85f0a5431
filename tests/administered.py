"""Identity with a first administrator, without whom nobody can sign in and no profile may change."""

from collections.abc import Mapping

from services.identity.config import Settings

ADMIN, PASSWORD = "root@example.com", "quiet river stones 7"


class Administered:
    """Identity's settings with the first administrator named, and the address that people know."""

    def __init__(self, address: str = "http://localhost") -> None:
        self.address = address

    def load(self, environment: Mapping[str, str]) -> Settings:
        first = {"RAPPORT_ADMIN_EMAIL": ADMIN, "RAPPORT_ADMIN_PASSWORD": PASSWORD}
        return Settings.load({**environment, **first, "RAPPORT_PUBLIC_URL": self.address})
