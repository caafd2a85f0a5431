"""What later migrations add alike in every database; as in `foundation.py`, what stands here never changes."""

import sqlalchemy as sa
from alembic import op


def add_replays_asked_for() -> None:
    """A dead letter may be asked to be replayed by whoever does not have its handler."""
    asked = sa.Column("replay_asked_at", sa.TIMESTAMP(timezone=True), nullable=True)
    op.add_column("dead_letter", asked)


def drop_replays_asked_for() -> None:
    """Takes the column away again."""
    op.drop_column("dead_letter", "replay_asked_at")
