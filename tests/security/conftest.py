"""The toys, by which the kit is proven."""

from tests.kit.toy.house import organisation, toys

__all__ = ["organisation", "toys"]
