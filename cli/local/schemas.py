"""Which databases have the schema of this checkout already, so that a second start is quick."""

import asyncio
from pathlib import Path

import asyncpg
import msgspec

from cli.building.stamp import digest
from cli.components.component import private_write
from cli.environment import ROOT
from cli.local.home import Home

QUESTION = "SELECT version_num FROM alembic_version"


class Reached(msgspec.Struct):
    """After which sources a database came to which revision."""

    sources: str
    revision: str


class Schemas:
    """What is remembered of each service's database; the database itself has the last word."""

    def __init__(self, home: Home) -> None:
        self._path = home.folder / "schemas.json"
        self._reached: dict[str, Reached] = {}
        if self._path.exists():
            self._reached = msgspec.json.decode(self._path.read_bytes(), type=dict[str, Reached])

    def is_current(self, service: str, url: str) -> bool:
        reached = self._reached.get(service)
        if reached is None or reached.sources != _sources(service):
            return False
        return reached.revision == asyncio.run(_revision(url))

    def remember(self, service: str, url: str) -> None:
        revision = asyncio.run(_revision(url))
        if revision:
            self._reached[service] = Reached(_sources(service), revision)
            private_write(self._path, msgspec.json.encode(self._reached))


def _sources(service: str) -> str:
    folders = (ROOT / "services" / service / "migrations", ROOT / "kit" / "database")
    return digest(file for folder in folders for file in _python_files(folder))


def _python_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


async def _revision(url: str) -> str | None:
    connection = await asyncpg.connect(url)
    try:
        revision = await connection.fetchval(QUESTION)
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()
    return None if revision is None else str(revision)
