"""What migrations build alike for the bin; like all that they share, it never changes once it has run."""

import sqlalchemy as sa
from alembic import op

_NEWEST = "updated_at desc, id desc"
_STANDING = "where binned_at is null"
_BINNED = "where binned_at is not null and erased_at is null"
_INDEXES = {
    "recent": f"({_NEWEST}) {_STANDING}",
    "owner": f"(owner_id, {_NEWEST}) {_STANDING}",
    "bin": f"(binned_at, id) {_BINNED}",
}
_PUT_IN_PLACE = """
do $$ begin
  drop index if exists "{name}";
  alter index "{name}_new" rename to "{name}";
end $$
"""


def add_bin(*tables: str) -> None:
    """When a row was deleted and by whom, and when it was erased; lists walk what stands alone.

    The program of the release before knows of no bin and goes on showing what stands in it. Each index
    is built with nobody waiting, so the migration may begin anew after it was cut short.
    """
    for table in tables:
        for name, kind in _columns():
            op.execute(f'alter table "{table}" add column if not exists {name} {kind}')
    with op.get_context().autocommit_block():
        for table in tables:
            for name, what in _named(table):
                run = op.get_bind().exec_driver_sql
                run(f'drop index concurrently if exists "{name}_new"')
                run(f'create index concurrently "{name}_new" on "{table}" {what}')
                run(_PUT_IN_PLACE.format(name=name))


def add_bin_to_new(table: str) -> None:
    """The same for a table that the migration itself makes."""
    for name, kind in _columns():
        op.execute(f'alter table "{table}" add column {name} {kind}')
    for name, what in _named(table):
        op.execute(f'drop index if exists "{name}"')
        op.execute(f'create index "{name}" on "{table}" {what}')


def drop_bin(*tables: str) -> None:
    """Takes the bin away again; what stands in it comes back."""
    for table in tables:
        op.drop_index(f"ix_{table}_bin", table)
        for name in ("recent", "owner"):
            op.drop_index(f"ix_{table}_{name}", table)
        newest = [sa.text("updated_at desc"), sa.text("id desc")]
        op.create_index(f"ix_{table}_recent", table, newest)
        op.create_index(f"ix_{table}_owner", table, ["owner_id", *newest])
        for name, _ in _columns():
            op.drop_column(table, name)


def _columns() -> list[tuple[str, str]]:
    return [("binned_at", "timestamptz"), ("binned_by", "text"), ("erased_at", "timestamptz")]


def _named(table: str) -> list[tuple[str, str]]:
    return [(f"ix_{table}_{name}", what) for name, what in _INDEXES.items()]
