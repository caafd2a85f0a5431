"""Who may do what: the policy that identity owns, replicated here, and the one clause that applies it."""

from kit.access.policy import EVERYONE, Policy
from kit.access.reach import Reach

__all__ = ["EVERYONE", "Policy", "Reach"]
