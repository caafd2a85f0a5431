"""ID tokens (OpenID Connect Core §2): who signed in, when, for which client and which request."""

from typing import Any

from authlib.oidc.core import OpenIDCode, UserInfo
from joserfc.jwk import KeySet

from services.identity.oauth.storage.clients import RegisteredClient
from services.identity.oauth.storage.grants import Holder
from services.identity.oauth.tokens.rfc7517_keys import signing_key
from services.identity.oauth.tokens.rfc9068_access_tokens import SECONDS


class IdTokens(OpenIDCode):  # type: ignore[misc] # Authlib has no types
    """Adds the ID token to a token response that was asked with `openid`."""

    DEFAULT_EXPIRES_IN = SECONDS

    def __init__(self, server: Any) -> None:
        super().__init__()
        self._server = server

    def exists_nonce(self, nonce: str, request: Any) -> bool:  # noqa: ARG002 - Authlib gives it
        """The client compares it; a code works once, so it comes in one token only."""
        return False

    def resolve_client_private_key(self, client: RegisteredClient) -> KeySet:
        return signing_key(self._server.session, self.get_client_algorithm(client))

    def get_client_algorithm(self, client: RegisteredClient) -> str:
        return client.record.id_token_signed_response_alg

    def get_client_claims(self, client: RegisteredClient) -> dict[str, Any]:
        return {"iss": self._server.issuer, "aud": [client.get_client_id()]}

    def generate_user_info(self, user: Holder, scope: str) -> UserInfo:  # noqa: ARG002 - Authlib gives it
        """Who it is; all else is the UserInfo endpoint's to say."""
        return UserInfo(sub=user.get_user_id())
