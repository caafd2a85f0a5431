"""OAuth 2 and OpenID Connect: Authlib's server with our storage, stricter where it is lenient."""
