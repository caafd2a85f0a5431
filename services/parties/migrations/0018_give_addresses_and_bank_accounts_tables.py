"""Give addresses and bank accounts tables of their own, so that lists and figures ask of them.

No program before this one is served: it would show what nobody keeps true any more, and write where
nobody reads. Nothing of what it wrote is lost, and the way back takes all of it along.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None
serves_from = "0018"

_ADDRESS = ("kind", "street", "city", "region", "postal_code", "country")
_BANK_ACCOUNT = ("bank", "number", "currency", "note")
# What every row says; one that does not was written by no program of ours.
_ALWAYS = {"kind": "head_office", "number": ""}
# Table, whole, the column of the whole that held the rows, what a row says.
_PARTS = (
    ("account_address", "account", "addresses", _ADDRESS),
    ("contact_address", "contact", "addresses", _ADDRESS),
    ("bank_account", "account", "bank_accounts", _BANK_ACCOUNT),
)
_FILL = """
insert into {table} (id, {whole}_id, position, {names})
select uuidv7(), whole.id, place - 1, {values}
from {whole} as whole, jsonb_array_elements(
  case jsonb_typeof(whole.{column}) when 'array' then whole.{column} else '[]' end
) with ordinality as listed(said, place)
where jsonb_typeof(said) = 'object'
"""
_FILL_BACK = """
update {whole} as whole set {column} = gathered.rows
from (
  select {whole}_id as id, jsonb_agg(
    jsonb_strip_nulls(jsonb_build_object({pairs})) order by position
  ) as rows
  from {table} group by {whole}_id
) as gathered
where gathered.id = whole.id
"""


def upgrade() -> None:
    # What is written from here on would be lost; who only reads goes on until the columns go.
    op.execute("lock table account, contact in share row exclusive mode")
    for table, whole, column, names in _PARTS:
        _create(table, whole, names)
        op.execute(_filling(table, whole, column, names))
        _index(table, whole, names)
    for _, whole, column, _ in _PARTS:
        op.drop_column(whole, column)


def _create(table: str, whole: str, names: Sequence[str]) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(f"{whole}_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=name not in _ALWAYS) for name in names),
    )


def _filling(table: str, whole: str, column: str, names: Sequence[str]) -> str:
    """All rows of all records at once; what is no list, and what in a list is no row, holds nothing."""
    said = {name: f"nullif(said ->> '{name}', '')" for name in names}
    said |= {
        name: f"coalesce({said[name]}, '{word}')" for name, word in _ALWAYS.items() if name in said
    }
    names_of, values = ", ".join(said), ", ".join(said.values())
    return _FILL.format(table=table, whole=whole, column=column, names=names_of, values=values)


def _index(table: str, whole: str, names: Sequence[str]) -> None:
    """Once the rows are there, which takes a part of the time."""
    op.create_primary_key(op.f(f"pk_{table}"), table, ["id"])
    key = op.f(f"fk_{table}_{whole}_id")
    op.create_foreign_key(key, table, whole, [f"{whole}_id"], ["id"], ondelete="CASCADE")
    op.create_index(f"ix_{table}_whole", table, [f"{whole}_id", "position"])
    for name in ("city", "country"):
        if name in names:
            op.execute(f'create index ix_{table}_{name} on {table} (folded({name}) collate "C")')


def downgrade() -> None:
    for table, whole, column, names in _PARTS:
        listed = sa.Column(column, JSONB(), nullable=False, server_default="[]")
        op.add_column(whole, listed)
        pairs = ", ".join(f"'{name}', {name}" for name in names)
        op.execute(_FILL_BACK.format(table=table, whole=whole, column=column, pairs=pairs))
        op.alter_column(whole, column, server_default=None)
        op.drop_table(table)
