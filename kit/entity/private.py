"""One record can be kept to its owner and those it is shared with, however open such records are."""

from sqlalchemy.orm import Mapped

from kit.entity.fields import field
from kit.entity.kinds import Boolean


class MayBePrivate:
    """Stands beside `Record` among the bases of an entity whose records may be closed one by one."""

    private: Mapped[bool] = field(
        Boolean(),
        "Private",
        section="",
        help="Only the owner and those it is shared with find it, whatever is open to others. "
        "What hangs on it is closed with it, where that is as open as the record it hangs on.",
    )
