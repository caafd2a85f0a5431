"""Profit and return are unknown where something was won in another currency; both were told as a loss."""

from alembic import op

revision = "0011"
down_revision = "0007"
branch_labels = None
depends_on = None

_FORGET = """
update campaign set profit = null, return_on_investment = null
where profit is not null and exists (
  select from jsonb_array_elements(won_by_currency) as won
  where won ->> 'currency' <> campaign.currency and (won ->> 'amount')::numeric <> 0)
"""


def upgrade() -> None:
    op.execute(_FORGET)


def downgrade() -> None:
    """The next change of each campaign reckons both as before."""
