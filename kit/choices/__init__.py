"""Value lists: what may be chosen in a field, as administrators word it, in every service alike."""

from kit.choices.lists import Choices, first_values

__all__ = ["Choices", "first_values"]
