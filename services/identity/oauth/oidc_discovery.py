"""What the server says of itself (RFC 8414, OpenID Connect Discovery), read off what it has."""

from typing import Any

from services.identity.model.scopes import SCOPES
from services.identity.oauth.grant_types.rfc7636_pkce import Pkce
from services.identity.oauth.storage.clients import METHODS
from services.identity.oauth.tokens.rfc7517_keys import KEYS as SIGNING_KEYS

PATHS = {
    "authorization": "/oauth/authorize",
    "token": "/oauth/token",
    "revocation": "/oauth/revoke",
    "introspection": "/oauth/introspect",
    "userinfo": "/oauth/userinfo",
}
KEYS = "/oauth/jwks"


def metadata(server: Any) -> dict[str, Any]:
    """Everything that a client needs to know before its first request."""
    issuer = server.issuer
    return {
        "issuer": issuer,
        **{f"{name}_endpoint": issuer + path for name, path in PATHS.items()},
        "jwks_uri": issuer + KEYS,
        "scopes_supported": list(SCOPES),
        "response_types_supported": server.response_types(),
        "response_modes_supported": ["query"],
        "grant_types_supported": server.grant_types(),
        "code_challenge_methods_supported": list(Pkce.SUPPORTED_CODE_CHALLENGE_METHOD),
        "token_endpoint_auth_methods_supported": METHODS,
        **_client_authentication(server),
        "authorization_response_iss_parameter_supported": True,
        **_openid(),
    }


def _client_authentication(server: Any) -> dict[str, Any]:
    return {
        f"{name}_endpoint_auth_methods_supported": list(endpoint.CLIENT_AUTH_METHODS)
        for name, endpoint in server.endpoints().items()
    }


def _openid() -> dict[str, Any]:
    return {
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(SIGNING_KEYS),
        "prompt_values_supported": ["none", "login", "consent"],
        "claims_supported": [
            *("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "amr", "at_hash"),
            *("name", "given_name", "family_name", "locale", "zoneinfo", "updated_at", "email"),
        ],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }
