"""What a migration adds to every database for files; as in kit/database/additions.py, it never changes."""

from typing import Any

import sqlalchemy as sa
from alembic import op

CONTENT_COMES_LOOSE = """
create function content_comes_loose() returns trigger language plpgsql as $$
begin
  insert into loose_content (id, due_at) select content_id, now() from gone on conflict do nothing;
  return null;
end $$
"""
ON_CONTENT_LOST = """
create trigger content_comes_loose after delete on file_version
referencing old table as gone for each statement execute function content_comes_loose()
"""
"""Whatever takes a version of a file away, the bytes that it named are known to be nobody's."""


def add_files() -> None:
    """The files on records, their versions, who opened them, and which bytes are nobody's."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
    )
    op.create_index("ix_file_record", "file", ["record_id", "id"])
    _add_versions(moment)
    _add_openings(moment)
    op.create_table(
        "loose_content",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loose_content")),
    )
    op.create_index("ix_loose_content_due_at", "loose_content", ["due_at"])
    for statement in (CONTENT_COMES_LOOSE, ON_CONTENT_LOST):
        op.execute(statement)


def _of_file(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_file_id")
    return sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=name, ondelete="CASCADE")


def _add_versions(moment: Any) -> None:
    op.create_table(
        "file_version",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Uuid(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("file_id", "number", name=op.f("pk_file_version")),
        sa.UniqueConstraint("content_id", name=op.f("uq_file_version_content_id")),
        _of_file("file_version"),
    )


def _add_openings(moment: Any) -> None:
    op.create_table(
        "file_opening",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("at", moment, server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_opening")),
        _of_file("file_opening"),
    )
    op.create_index("ix_file_opening_file", "file_opening", ["file_id", "id"])


def drop_files() -> None:
    """Takes them away again; their bytes stay in the store."""
    for table in ("file_opening", "file_version", "file", "loose_content"):
        op.drop_table(table)
    op.execute("drop function content_comes_loose()")
