"""`python -m cli.new.revise sales "Add products"` drafts a migration from the declared tables.

What differs is found against the database that DATABASE_URL names, or one made for the draft.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command

from cli.components.postgres import Postgres
from cli.environment import ROOT
from cli.new.draft import Draft
from cli.new.migrations import Next
from kit.database.migrate import configuration, upgrade


@contextmanager
def _database(service: str) -> Iterator[str]:
    """The one that DATABASE_URL names, or one that lives as long as the draft takes."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    with TemporaryDirectory() as folder:
        postgres = Postgres(Path(folder))
        postgres.start()
        try:
            upgrade(service, postgres.url)
            yield postgres.url
        finally:
            postgres.stop()


def draft(service: str, what: str) -> None:
    with _database(service) as url:
        drafted = configuration(service, url)
        folder = Path(drafted.get_main_option("version_locations") or "")
        number = Next.of(Draft(ROOT), service).revision
        command.revision(drafted, what, autogenerate=True, version_path=str(folder), rev_id=number)


if __name__ == "__main__":
    if len(sys.argv) != 3:  # noqa: PLR2004 - its name and two words
        raise SystemExit(
            'Say which service and what changes: python -m cli.new.revise sales "Add quotes"'
        )
    draft(sys.argv[1], sys.argv[2])
