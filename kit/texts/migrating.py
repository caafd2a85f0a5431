"""What migrations add for the text of files; as in kit/database, what stands here never changes."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from kit.database.folded import TextOf, index_new

TEXT_WAITS = """
create function text_waits() returns trigger language plpgsql as $$
begin
  insert into file_text (file_id, number, state, error, said, tries, due_at)
  values (new.file_id, new.number, 'waiting', '', '', 0, now())
  on conflict (file_id) do update set number = excluded.number, state = 'waiting', error = '',
    said = '', tries = 0, due_at = now(), worded_at = now()
  where file_text.number < excluded.number;
  return null;
end $$
"""
ON_VERSION = """
create trigger text_waits after insert on file_version for each row execute function text_waits()
"""
"""Whatever brings a version of a file, a release before among it, its text is read once it is there."""

_OF_WHAT_IS_THERE = """
insert into file_text (file_id, number, state, error, said, tries, due_at)
select id, number, 'waiting', '', '', 0, now() from file
"""


def add_texts() -> None:
    """The text of files, and that it waits to be read of each version that comes."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "file_text",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("state", "error", "said")),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("worded_at", moment, nullable=False, server_default=sa.text("now()")),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_file_text")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["file.id"], name=op.f("fk_file_text_file_id"), ondelete="CASCADE"
        ),
    )
    waiting: Any = {"postgresql_where": sa.text("state = 'waiting'")}
    op.create_index("ix_file_text_due", "file_text", ["due_at"], **waiting)
    op.create_index("ix_file_text_worded", "file_text", ["worded_at", "file_id"])
    index_new(TextOf("file_text", words=("said",)))
    for statement in (TEXT_WAITS, ON_VERSION, _OF_WHAT_IS_THERE):
        op.execute(statement)


def drop_texts() -> None:
    """Takes them away again."""
    op.execute("drop function text_waits() cascade")
    op.drop_table("file_text")
