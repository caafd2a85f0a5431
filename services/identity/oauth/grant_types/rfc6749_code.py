"""The authorization code grant (RFC 6749 §4.1): a code works once, and its second use ends all."""

import secrets
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant

from services.identity.model.scopes import OFFLINE
from services.identity.oauth.storage.clients import METHODS, RegisteredClient
from services.identity.oauth.storage.grants import (
    Holder,
    Redeemable,
    end_grant,
    find_code,
    keep_code,
    redeem_code,
)
from services.identity.oauth.storage.people import is_active


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc] # Authlib has no types
    """A person's consent turned into tokens."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def validate_authorization_request(self) -> str:
        redirect_uri: str = super().validate_authorization_request()
        for name in {"request", "request_uri"} & self.request.payload.data.keys():
            error = f"{name}_not_supported"
            raise InvalidRequestError(error=error, redirect_uri=redirect_uri)
        if self.request.payload.data.get("response_mode", "query") != "query":
            raise InvalidRequestError("Only response_mode=query.", redirect_uri=redirect_uri)
        return redirect_uri

    def generate_authorization_code(self) -> str:
        return secrets.token_urlsafe(32)

    def save_authorization_code(self, code: str, request: Any) -> None:
        asked = {
            "redirect_uri": request.payload.redirect_uri or "",
            "scope": request.scope,
            "nonce": request.payload.data.get("nonce"),
            "code_challenge": request.payload.data["code_challenge"],
        }
        client: RegisteredClient = request.client
        keep_code(self.server.session, code, client.record.id, request.user, asked)

    def query_authorization_code(self, code: str, client: RegisteredClient) -> Redeemable | None:
        found = find_code(self.server.session, code, client.record.id)
        if found and found.used:
            end_grant(self.server.session, found.holder.grant_id)
            return None
        return found if found and found.live else None

    def authenticate_user(self, authorization_code: Redeemable) -> Holder:
        """Only here, after client, address and verifier were found right, is the code used up."""
        session, holder = self.server.session, authorization_code.holder
        if not is_active(session, holder.person_id):
            raise InvalidGrantError("The person may not sign in any more.")
        if not redeem_code(session, authorization_code):
            # Two at once: the other one won, and one of the two is a thief.
            end_grant(session, holder.grant_id)
            raise InvalidGrantError("The code was used before.")
        return holder

    def generate_token(self, **asked: Any) -> Any:
        """Who wants to come back without the person has to have asked for that."""
        asked["include_refresh_token"] &= OFFLINE in (asked["scope"] or "").split()
        return super().generate_token(**asked)

    def delete_authorization_code(self, authorization_code: Redeemable) -> None:
        """A used code stays until it has expired, so that its second use is recognised."""
