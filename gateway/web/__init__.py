"""The pages: server-rendered from what the API describes, usable without JavaScript."""
