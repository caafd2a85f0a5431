"""PKCE (RFC 7636), as OAuth 2.1 wants it: S256, from every client, at the authorization endpoint.

Authlib alone takes `plain`, takes it as the default, and asks for a verifier only at the token
endpoint and only from public clients.
"""

import re
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7636.challenge import compare_s256_code_challenge

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class Pkce(CodeChallenge):  # type: ignore[misc] # Authlib has no types
    """A code is worth nothing without the verifier that was hashed before it was asked for."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]
    CODE_CHALLENGE_METHODS = {"S256": compare_s256_code_challenge}

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        asked = grant.request.payload.data
        if asked.get("code_challenge_method") != "S256":
            raise InvalidRequestError("Send a code_challenge with code_challenge_method=S256.")
        if not _CHALLENGE.fullmatch(asked.get("code_challenge", "")):
            raise InvalidRequestError("code_challenge must be the base64url SHA-256 of a verifier.")
        super().validate_code_challenge(grant, redirect_uri)
