"""Record and message: the same fields in two shapes, mapped by name and compiled once."""

from kit.wire.shape import Shape, shape_of

__all__ = ["Shape", "shape_of"]
