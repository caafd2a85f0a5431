"""Revocation (RFC 7009): a refresh token takes its whole grant along, an access token itself."""

from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint

from services.identity.oauth.storage.clients import METHODS, RegisteredClient
from services.identity.oauth.storage.grants import (
    Redeemable,
    end_grant,
    find_refresh_token,
    revoke_access_token,
)
from services.identity.oauth.tokens.rfc9068_access_tokens import AccessToken, read


class Revocation(RevocationEndpoint):  # type: ignore[misc] # Authlib has no types
    """Clients give back what they no longer need."""

    CLIENT_AUTH_METHODS = METHODS

    def check_params(self, request: Any, client: RegisteredClient) -> None:  # noqa: ARG002 - Authlib gives it
        """An unknown hint is no reason to keep a token (§2.1)."""
        if "token" not in request.form:
            raise InvalidRequestError("Say which token.")

    def query_token(self, token_string: str, token_type_hint: str | None) -> Any:  # noqa: ARG002 - Authlib gives it
        found = find_refresh_token(self.server.session, token_string)
        return found or read(self.server.session, token_string, self.server.issuer)

    def revoke_token(self, token: Redeemable | AccessToken, request: Any) -> None:  # noqa: ARG002 - Authlib gives it
        if isinstance(token, AccessToken):
            revoke_access_token(self.server.session, token.claims["jti"], token.expires_at)
        else:
            end_grant(self.server.session, token.holder.grant_id)
