"""Signing in, and OAuth and OpenID Connect over HTTP; both are identity's to decide."""
