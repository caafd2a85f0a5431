"""Who is calling: sign-in and sessions, bearer tokens, and the HTTP skin of OAuth and OpenID."""
