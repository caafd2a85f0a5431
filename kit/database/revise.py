"""`python -m kit.database.revise sales "Add products"` drafts a migration from the declared tables."""

import os
import sys

from alembic import command

from kit.database.migrate import configuration

if __name__ == "__main__":
    if len(sys.argv) != 3:  # noqa: PLR2004
        raise SystemExit('Say which service and what changes: python -m kit.database.revise sales "Add quotes"')
    drafted = configuration(sys.argv[1], os.environ["DATABASE_URL"])
    folder = drafted.get_main_option("version_locations")
    command.revision(drafted, sys.argv[2], autogenerate=True, version_path=folder)
