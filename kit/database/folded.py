"""What migrations build over the folded form of text: functions and indexes, while others write.

As in `foundation.py`, what stands here never changes; what is built is named by the migrations.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from alembic import op

from kit.text.folding import folding_function, words_function

_ALIKE = """
select min({column}), max({column}) from "{table}" group by folded({column})
having count({column}) > 1 limit 1
"""
_PUT_IN_PLACE = """
do $$ begin
  alter table "{table}" drop constraint if exists "{name}";
  drop index if exists "{name}";
  alter index "{name}_new" rename to "{name}";
end $$
"""


def create_functions() -> None:
    """`folded(text)` and `folded_words(text)`, as this release compares and searches."""
    op.get_bind().exec_driver_sql(folding_function())
    op.get_bind().exec_driver_sql(words_function())


def drop_functions() -> None:
    """Takes them away, after whatever is made by them."""
    op.get_bind().exec_driver_sql("drop function folded_words(text)")
    op.get_bind().exec_driver_sql("drop function folded(text)")


@dataclass(frozen=True)
class TextOf:
    """The text of a table: what is searched, sorted by, unique, and looked up."""

    table: str
    words: Sequence[str] = ()
    title: str = ""
    unique: Sequence[str] = ()
    found: Sequence[str] = ()


def index_text(of: TextOf) -> None:
    """In place of indexes over text as it is written, such over its folded form.

    Each is built beside the one that it replaces, with nobody waiting, and takes its name; so it may
    begin anew after it was cut short. The column `search` stays for the release before.
    """
    for column in of.unique:
        _refuse_alike(of.table, column)
    with op.get_context().autocommit_block():
        for name, what, unique in _indexes(of):
            run = op.get_bind().exec_driver_sql
            run(f'drop index concurrently if exists "{name}_new"')
            run(f'create {unique} index concurrently "{name}_new" on "{of.table}" {what}')
            run(_PUT_IN_PLACE.format(name=name, table=of.table))


def index_new(of: TextOf) -> None:
    """The same for a table that the migration itself makes."""
    for name, what, unique in _indexes(of):
        op.get_bind().exec_driver_sql(f'create {unique} index "{name}" on "{of.table}" {what}')


def _indexes(of: TextOf) -> Iterator[tuple[str, str, str]]:
    if of.words:
        text = " || ' ' || ".join(f"coalesce({column}, '')" for column in of.words)
        gin = f"using gin (folded_words(folded({text}))) with (fastupdate = off)"
        yield f"ix_{of.table}_words", gin, ""
    if of.title:
        yield f"ix_{of.table}_title", f"({_folded(of.title)}, id)", ""
    for column in of.unique:
        yield f"uq_{of.table}_{column}", f"({_folded(column)})", "unique"
    for column in of.found:
        yield f"ix_{of.table}_{column}", f"({_folded(column)})", ""


def index_as_written(of: TextOf) -> None:
    """The indexes of the schema before."""
    for name in (f"ix_{of.table}_{each}" for each in ("words", "title", *of.found)):
        op.execute(f'drop index if exists "{name}"')
    if of.words:
        gin: Any = {"postgresql_using": "gin", "postgresql_with": {"fastupdate": "off"}}
        op.create_index(f"ix_{of.table}_words", of.table, ["search"], **gin)
    for column in of.unique:
        op.execute(f'drop index "uq_{of.table}_{column}"')
        op.create_unique_constraint(f"uq_{of.table}_{column}", of.table, [column])
    for column in of.found:
        op.create_index(f"ix_{of.table}_{column}", of.table, [column])


def _folded(column: str) -> str:
    return f'folded({column}) collate "C"'


def _refuse_alike(table: str, column: str) -> None:
    """Nothing is changed while two rows stand that the new index would take for one."""
    text = _ALIKE.format(table=table, column=column)
    if alike := op.get_bind().exec_driver_sql(text).first():
        raise SystemExit(
            f"Two rows of {table} have a {column} that differs in nothing but case or accents: "
            f"{alike[0]!r} and {alike[1]!r}. Change one of them, then migrate again."
        )
