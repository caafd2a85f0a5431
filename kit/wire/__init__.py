"""Record and message: the same fields in two shapes, mapped by name and compiled once."""

from kit.wire.shape import Shape

__all__ = ["Shape"]
