"""The manual of the API: OpenAPI 3.1 for programs, and a page for people."""
