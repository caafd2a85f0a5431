"""What migrations add to merge records; as in kit/database, what stands here never changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

_RECORDS = """
select table_name from information_schema.columns
where table_schema = current_schema() and column_name = 'erased_at' order by 1
"""
_MERGED = "where merged_into is not null"


def add_merging() -> None:
    """Into which record another one was merged, what a merge did, and what has followed it."""
    tables = _records()
    for table in tables:
        op.execute(f'alter table "{table}" add column if not exists merged_into uuid')
    op.execute("alter table reference_copy add column if not exists merged_into uuid")
    _add_merges()
    _add_followed()
    with op.get_context().autocommit_block():
        run = op.get_bind().exec_driver_sql
        for table in (*tables, "reference_copy"):
            run(f'drop index concurrently if exists "ix_{table}_merged"')
            run(
                f'create index concurrently "ix_{table}_merged" on "{table}" (merged_into) {_MERGED}'
            )


def add_becoming() -> None:
    """As what a record is gone of which others were made, and what has followed it."""
    for table in _records():
        op.execute(f'alter table "{table}" add column if not exists gone_as text')
    op.execute("alter table followed_merge add column if not exists changes jsonb")


def drop_becoming() -> None:
    """Takes it away again; what became others is gone as it was when it was deleted for that."""
    op.execute("alter table followed_merge drop column changes")
    for table in _records():
        op.execute(f'delete from "{table}" where gone_as is not null')  # noqa: S608 - tables of our own
        op.execute(f'alter table "{table}" drop column gone_as')


def _records() -> list[str]:
    return [row[0] for row in op.get_bind().exec_driver_sql(_RECORDS)]


def add_merging_to_new(table: str) -> None:
    """Both for a table that the migration itself makes."""
    op.execute(f'alter table "{table}" add column if not exists gone_as text')
    op.execute(f'alter table "{table}" add column merged_into uuid')
    op.execute(f'create index "ix_{table}_merged" on "{table}" (merged_into) {_MERGED}')


def _add_merges() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "merge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("survivor_id", sa.Uuid(), nullable=False),
        sa.Column("other_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.Column("given_up", postgresql.JSONB(), nullable=False),
        sa.Column("undone_at", moment, nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
        if_not_exists=True,
    )
    op.create_index("ix_merge_survivor", "merge", ["survivor_id", "id"], if_not_exists=True)
    op.create_index("ix_merge_at", "merge", ["at"], if_not_exists=True)
    op.create_table(
        "moved_along",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("merge_id", sa.Uuid(), nullable=False),
        sa.Column("gone_id", sa.Uuid(), nullable=False),
        sa.Column("held_in", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moved_along")),
        sa.ForeignKeyConstraint(
            ["merge_id"], ["merge.id"], name=op.f("fk_moved_along_merge_id"), ondelete="CASCADE"
        ),
        if_not_exists=True,
    )
    named = ("ix_moved_along_merge", "moved_along", ["merge_id", "held_in"])
    op.create_index(*named, if_not_exists=True)


def _add_followed() -> None:
    now = sa.text("now()")
    op.create_table(
        "followed_merge",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("gone_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=True),
        sa.Column("both_named", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followed_merge")),
        if_not_exists=True,
    )
    named = ("ix_followed_merge_gone", "followed_merge", ["gone_id", "record_id"])
    op.create_index(*named, if_not_exists=True)
    op.create_index("ix_followed_merge_at", "followed_merge", ["at"], if_not_exists=True)


def drop_merging() -> None:
    """Takes them away again; what was merged lies in the bin, as what was deleted."""
    for name in ("followed_merge", "moved_along", "merge"):
        op.drop_table(name)
    for table in (*_records(), "reference_copy"):
        op.drop_index(f"ix_{table}_merged", table)
        op.drop_column(table, "merged_into")
