"""The refresh grant (RFC 6749 §6, RFC 9700 §4.14): each token works once, a second use ends all."""

from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidGrantError
from authlib.oauth2.rfc6749.grants import RefreshTokenGrant

from services.identity.oauth.storage.clients import METHODS
from services.identity.oauth.storage.grants import (
    Holder,
    Redeemable,
    end_grant,
    find_refresh_token,
    use_refresh_token,
)
from services.identity.oauth.storage.people import is_active


class RefreshGrant(RefreshTokenGrant):  # type: ignore[misc] # Authlib has no types
    """New tokens for old ones, within the grant they belong to."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Redeemable | None:
        found = find_refresh_token(self.server.session, refresh_token)
        if found is None or not found.check_client(self.request.client):
            return None
        if found.used:
            end_grant(self.server.session, found.holder.grant_id)
            return None
        return found if found.live else None

    def authenticate_user(self, refresh_token: Redeemable) -> Holder:
        if not is_active(self.server.session, refresh_token.holder.person_id):
            raise InvalidGrantError("The person may not sign in any more.")
        return refresh_token.holder

    def issue_token(self, user: Holder, refresh_token: Redeemable) -> Any:
        """The token is used up by the one statement that only one of many at once can win."""
        if not use_refresh_token(self.server.session, refresh_token):
            end_grant(self.server.session, user.grant_id)
            raise InvalidGrantError("The refresh token was used before.")
        return super().issue_token(user, refresh_token)

    def revoke_old_credential(self, refresh_token: Redeemable) -> None:
        """Used up already; it stays, so that its second use is recognised."""
