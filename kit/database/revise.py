"""`python -m kit.database.revise sales "Add products"` drafts a migration from the declared tables."""

import os
import sys
from pathlib import Path

from alembic import command

from kit.database.migrate import configuration

if __name__ == "__main__":
    if len(sys.argv) != 3:  # noqa: PLR2004
        raise SystemExit(
            'Say which service and what changes: python -m kit.database.revise sales "Add quotes"'
        )
    drafted = configuration(sys.argv[1], os.environ["DATABASE_URL"])
    folder = Path(drafted.get_main_option("version_locations") or "")
    number = f"{len(list(folder.glob('*.py'))) + 1:04d}"
    command.revision(
        drafted, sys.argv[2], autogenerate=True, version_path=str(folder), rev_id=number
    )
