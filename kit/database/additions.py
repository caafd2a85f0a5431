"""What later migrations add alike in every database; as in `foundation.py`, what stands here never changes."""

import sqlalchemy as sa
from alembic import op

AS_READ = """
create function as_read(rows bigint, expected bigint) returns boolean language plpgsql as $$
begin
  if as_read.rows <> expected then
    raise exception 'a row is not as it was read' using errcode = 'RP001';
  end if;
  return true;
end $$
"""


def add_replays_asked_for() -> None:
    """A dead letter may be asked to be replayed by whoever does not have its handler."""
    asked = sa.Column("replay_asked_at", sa.TIMESTAMP(timezone=True), nullable=True)
    op.add_column("dead_letter", asked)


def drop_replays_asked_for() -> None:
    """Takes the column away again."""
    op.drop_column("dead_letter", "replay_asked_at")


def tell_stale_rows() -> None:
    """What a writer asks before anything is kept: whether as many rows were as they had been read.

    SQLSTATE RP001 is ours; no other fault can be taken for it.
    """
    op.execute(AS_READ)


def drop_telling_stale_rows() -> None:
    """Takes the function away again."""
    op.execute("drop function as_read(bigint, bigint)")
