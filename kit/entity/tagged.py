"""What people work on can be labelled: by tags that the organisation has in common."""

from sqlalchemy.orm import Mapped

from kit.entity.fields import field
from kit.entity.kinds import Tags


class Tagged:
    """Stands beside `Record` among the bases of an entity whose records people label and pool."""

    tags: Mapped[list[str]] = field(
        Tags(), "Tags", help="Labels that this record shares with others, of any kind."
    )
