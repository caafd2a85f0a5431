"""The client credentials grant (RFC 6749 §4.4): a program that acts as the person it is set up for."""

from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidScopeError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant

from services.identity.model.clients import Client
from services.identity.model.scopes import WITHOUT_PERSON, narrowed
from services.identity.oauth.storage.clients import SECRET_METHODS
from services.identity.oauth.storage.grants import Holder, standing_grant
from services.identity.oauth.storage.people import is_active


class ClientGrant(ClientCredentialsGrant):  # type: ignore[misc] # Authlib has no types
    """A token without anybody at the screen."""

    TOKEN_ENDPOINT_AUTH_METHODS = list(SECRET_METHODS)

    def create_token_response(self) -> Any:
        client: Client = self.client.record
        person_id = client.person_id
        if person_id is None or not is_active(self.server.session, person_id):
            raise InvalidGrantError("The person as whom the client acts may not sign in any more.")
        scope = narrowed(self.request.payload.scope, WITHOUT_PERSON & set(client.scopes))
        if not scope:
            raise InvalidScopeError
        grant_id = standing_grant(self.server.session, client.id, person_id, scope)
        holder = Holder(person_id, grant_id=grant_id)
        token = self.generate_token(user=holder, scope=scope, include_refresh_token=False)
        return 200, token, self.TOKEN_RESPONSE_HEADER
