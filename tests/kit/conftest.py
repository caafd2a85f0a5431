"""The toys, by which the kit is proven."""

from tests.kit.toy.house import organisation, private, toys

__all__ = ["organisation", "private", "toys"]
