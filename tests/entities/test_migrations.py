"""What the migrations build is what the declarations say."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Index, Table, text
from sqlalchemy.schema import CreateIndex

from kit.database.migrate import comparable, over_folded_text
from kit.database.tables import DECLARED_IN, metadata
from kit.testing.serving import Serving
from tests.entities.cases import SERVICES

_DEFINITION = text(
    "select indexdef from pg_indexes where indexname = :name and schemaname = current_schema()"
)


@pytest.mark.parametrize("service", SERVICES)
async def test_the_migrations_leave_nothing_to_do(
    service: str, servings: dict[str, Serving]
) -> None:
    own = set(_tables_of(service))

    def ours(found: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
        table = found.name if kind == "table" else found.table.name
        return table in own and comparable(found, name, kind, reflected, other)

    def differences(connection: Connection) -> list[Any]:
        opts = {"compare_type": True, "include_object": ours, "target_metadata": metadata}
        return list(compare_metadata(MigrationContext.configure(connection, opts=opts), metadata))

    async with servings[service].process.database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


@pytest.mark.parametrize("service", SERVICES)
async def test_indexes_over_folded_text_are_as_declared(
    service: str, servings: dict[str, Serving]
) -> None:
    """C1, C2, C3: each is made anew from its declaration, and PostgreSQL says whether it is the same."""
    own = set(_tables_of(service))
    async with servings[service].process.database.engine.connect() as connection:
        for index in (each for each in over_folded_text() if _table(each) in own):
            built = await connection.scalar(_DEFINITION, {"name": index.name})
            await connection.execute(text(f'drop index "{index.name}"'))
            await connection.execute(CreateIndex(index))
            assert built == await connection.scalar(_DEFINITION, {"name": index.name})
        await connection.rollback()


@pytest.mark.parametrize("service", SERVICES)
async def test_no_index_keeps_a_pending_list_that_every_query_would_read(
    service: str, servings: dict[str, Serving]
) -> None:
    pending = (
        "select relname from pg_class join pg_am on pg_am.oid = relam where amname = 'gin' "
        "and not coalesce(reloptions, '{}') @> '{fastupdate=off}'"
    )
    assert await servings[service].process.database.fetch(pending, []) == []


def _table(index: Index) -> str:
    assert index.table is not None
    return index.table.name


def _tables_of(service: str) -> Iterator[str]:
    """The entities' tables, and those that modules of the kit or of the service declare."""
    for table in metadata.tables.values():
        if table.info.get(DECLARED_IN, "").startswith(f"services.{service}."):
            yield table.name
    for name, module in list(sys.modules.items()):
        if name.startswith(("kit.", f"services.{service}.")):
            yield from (each.name for each in vars(module).values() if isinstance(each, Table))
