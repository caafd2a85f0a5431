"""A client as Authlib asks it; every question is answered out of the record."""

from hmac import compare_digest

from authlib.oauth2.rfc6749 import ClientMixin
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.model.clients import Client, ClientStatus, Grant
from services.identity.model.scopes import narrowed
from services.identity.oauth.storage.grants import secret_hash

SECRET_METHODS = ("client_secret_basic", "client_secret_post")
METHODS = [*SECRET_METHODS, "none"]


class RegisteredClient(ClientMixin):  # type: ignore[misc] # Authlib has no types
    """An active client and the rules that hold for it."""

    def __init__(self, record: Client) -> None:
        self.record = record

    def get_client_id(self) -> str:
        return self.record.client_id

    def get_default_redirect_uri(self) -> str | None:
        """The only address; of several the client has to say which."""
        addresses = self.record.redirect_uris
        return addresses[0] if len(addresses) == 1 else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.record.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        kept = self.record.secret_hash
        return bool(kept) and compare_digest(kept or "", secret_hash(client_secret))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002 - Authlib gives it
        """The same at every endpoint: who has a secret shows it, who has none has no other way."""
        return (method in SECRET_METHODS) if self.record.keeps_secret else method == "none"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and self.check_grant_type(Grant.CODE)

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.record.grant_types

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Too much is refused, never silently cut down."""
        return narrowed(scope, self.record.scopes)


def find_client(session: Session, client_id: str) -> RegisteredClient | None:
    """The active client of that name; it stays so until what it asks for is done."""
    active = Client.status == ClientStatus.ACTIVE
    found = select(Client).where(Client.client_id == client_id, active)
    record = session.scalar(found.with_for_update(read=True))
    return RegisteredClient(record) if record else None
