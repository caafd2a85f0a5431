"""What later releases keep of imports, as migrations add it in every database; it never changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def add_way_back() -> None:
    """What a record said before a line changed it, and the version that the line gave it."""
    op.add_column("import_line", sa.Column("version", sa.Integer(), nullable=True))
    op.add_column("import_line", sa.Column("before", postgresql.JSONB(), nullable=True))
    kept = sa.text("before IS NOT NULL")
    op.create_index("ix_import_line_before", "import_line", ["job_id"], postgresql_where=kept)


def drop_way_back() -> None:
    """Takes it away again."""
    op.drop_index("ix_import_line_before", "import_line")
    op.drop_column("import_line", "before")
    op.drop_column("import_line", "version")
