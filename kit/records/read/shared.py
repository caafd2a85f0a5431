"""`shared_with_me`, by which a filter parts what others share with the caller from what is seen anyhow.

Whoever stands above others sees what is theirs; what was given to her herself, to a group or to a role
of hers, would be lost among it.
"""

from sqlalchemy import ARRAY, Integer, literal

from kit.access.inheritance import privately
from kit.access.permit import Permit
from kit.entity import Boolean, Field
from kit.entity.fields import said

SHARED = "shared_with_me"


def shared_of(permit: Permit) -> Field:
    """The field by which a filter asks whether a record is shared with the caller."""
    keys = permit.shared_with_caller()
    held = literal(sorted(keys | privately(keys)), ARRAY(Integer))
    column = permit.record.__table__.c["keys"].bool_op("&&")(held)
    return Field(SHARED, said(Boolean(), "Shared with me"), column, nullable=False)
