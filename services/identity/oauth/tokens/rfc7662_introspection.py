"""Introspection (RFC 7662): a client asks about its own tokens; about others' it learns nothing."""

from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from services.identity.oauth.storage.clients import SECRET_METHODS, RegisteredClient
from services.identity.oauth.tokens.rfc9068_access_tokens import AccessToken, read


class Introspection(IntrospectionEndpoint):  # type: ignore[misc] # Authlib has no types
    """Whether an access token still opens anything."""

    CLIENT_AUTH_METHODS = list(SECRET_METHODS)

    def check_params(self, request: Any, client: RegisteredClient) -> None:  # noqa: ARG002 - Authlib gives it
        if "token" not in request.form:
            raise InvalidRequestError("Say which token.")

    def query_token(self, token_string: str, token_type_hint: str | None) -> AccessToken | None:  # noqa: ARG002 - Authlib gives it
        return read(self.server.session, token_string, self.server.issuer)

    def check_permission(self, token: AccessToken, client: RegisteredClient, request: Any) -> bool:  # noqa: ARG002 - Authlib gives it
        return token.check_client(client)

    def introspect_token(self, token: AccessToken) -> dict[str, Any]:
        return {"active": True, "token_type": "Bearer", **token.claims}
