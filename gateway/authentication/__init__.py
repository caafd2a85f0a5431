"""Who is calling: sessions and access tokens, and how many calls each may make."""
