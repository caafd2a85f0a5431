"""Authlib's authorization server on one session: which grants and endpoints there are, and no more."""

import logging
from collections.abc import Mapping
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer
from authlib.oauth2.rfc6749.errors import OAuth2Error
from crm.identity.v1 import oauth_pb2 as pb
from sqlalchemy.orm import Session

from services.identity.model.scopes import SCOPES
from services.identity.oauth.grant_types.rfc6749_client_credentials import ClientGrant
from services.identity.oauth.grant_types.rfc6749_code import CodeGrant
from services.identity.oauth.grant_types.rfc6749_refresh import RefreshGrant
from services.identity.oauth.grant_types.rfc7636_pkce import Pkce
from services.identity.oauth.replies import refused, reply
from services.identity.oauth.requests import Request, check_credentials, check_parameters
from services.identity.oauth.storage.clients import RegisteredClient, find_client
from services.identity.oauth.storage.grants import Holder, keep_refresh_token
from services.identity.oauth.tokens.oidc_id_tokens import IdTokens
from services.identity.oauth.tokens.rfc7009_revocation import Revocation
from services.identity.oauth.tokens.rfc7662_introspection import Introspection
from services.identity.oauth.tokens.rfc9068_access_tokens import AccessTokens

# At the level below, Authlib writes whole tokens into the log.
logging.getLogger("authlib").setLevel(logging.INFO)


class Server(AuthorizationServer):  # type: ignore[misc] # Authlib has no types
    """The code grant with PKCE, refresh, client credentials; implicit and password do not exist."""

    def __init__(self, session: Session, issuer: str) -> None:
        super().__init__(scopes_supported=SCOPES)
        self.session = session
        self.issuer = issuer
        self.register_token_generator("default", AccessTokens(session, issuer))
        self.register_grant(CodeGrant, [Pkce(required=True), IdTokens(self)])
        self.register_grant(RefreshGrant)
        self.register_grant(ClientGrant)
        self.register_endpoint(Revocation)
        self.register_endpoint(Introspection)

    # What there is, for the metadata.

    def grant_types(self) -> list[str]:
        return [grant.GRANT_TYPE for grant, _ in self._token_grants]

    def response_types(self) -> list[str]:
        found = [grant.RESPONSE_TYPES for grant, _ in self._authorization_grants]
        return sorted(response_type for types in found for response_type in types)

    def endpoints(self) -> Mapping[str, Any]:
        return {name: found[0] for name, found in self._endpoints.items()}

    # What the gateway asks.

    def token(self, asked: pb.OAuthRequest) -> pb.OAuthReply:
        return self._answer(asked, self.create_token_response)

    def endpoint(self, name: str, asked: pb.OAuthRequest) -> pb.OAuthReply:
        return self._answer(asked, lambda request: self.create_endpoint_response(name, request))

    def _answer(self, asked: pb.OAuthRequest, respond: Any) -> pb.OAuthReply:
        try:
            # Only what is in the body: an address is written into logs and histories.
            request = Request(asked, self.issuer, query=False)
            check_parameters(request)
            check_credentials(request)
            answered: pb.OAuthReply = respond(request)
        except OAuth2Error as error:
            return refused(error)
        return answered

    # What Authlib asks.

    def query_client(self, client_id: str) -> RegisteredClient | None:
        return find_client(self.session, client_id)

    def save_token(self, token: Mapping[str, Any], request: Request) -> None:
        holder: Holder | None = request.user
        if holder and holder.grant_id and "refresh_token" in token:
            keep_refresh_token(self.session, token["refresh_token"], holder.grant_id)

    def create_oauth2_request(self, request: Request) -> Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> pb.OAuthReply:
        return reply(status, body, headers)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens: what follows from a token is written beside it."""
