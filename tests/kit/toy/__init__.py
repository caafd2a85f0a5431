"""A service of toys: an entity with a field of every kind, by which the kit is proven."""
