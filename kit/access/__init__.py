"""Who may do what: the policy that identity owns, replicated here, and the one clause that applies it."""

from kit.access.organisation import EVERYONE
from kit.access.permit import Permit
from kit.access.policy import Policy
from kit.access.reach import Reach

__all__ = ["EVERYONE", "Permit", "Policy", "Reach"]
