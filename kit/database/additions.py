"""What later migrations add alike in every database; as in `foundation.py`, what stands here never changes."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from kit.database.folded import TextOf, index_new

AS_READ = """
create function as_read(rows bigint, expected bigint) returns boolean language plpgsql as $$
begin
  if as_read.rows <> expected then
    raise exception 'a row is not as it was read' using errcode = 'RP001';
  end if;
  return true;
end $$
"""

HISTORY_STAYS = """
create function history_stays() returns trigger language plpgsql as $$
begin
  raise exception 'history stays as it was written' using errcode = 'RP002';
end $$
"""
ON_CHANGE = """
create trigger history_stays before update or truncate on history
for each statement execute function history_stays()
"""
HISTORY_STAYS_WITH_ITS_RECORD = """
create function history_stays_with_its_record() returns trigger language plpgsql as $$
declare
  said record;
  held regclass;
  stands boolean;
begin
  for said in select entity, bool_or(what = 'erased') as last from gone group by entity loop
    held := to_regclass(quote_ident(lower(
      regexp_replace(split_part(said.entity, '.', 2), '(?<!^)([A-Z])', '_\\1', 'g'))));
    stands := said.last or held is null;
    if not stands then
      execute format('select exists (select from gone join %s as held on held.id = gone.record_id'
        ' where gone.entity = $1 and held.erased_at is null)', held) into stands using said.entity;
    end if;
    if stands then
      raise exception 'history stays for as long as its record' using errcode = 'RP002';
    end if;
  end loop;
  return null;
end $$
"""
ON_DELETE = """
create trigger history_stays_with_its_record after delete on history
referencing old table as gone for each statement execute function history_stays_with_its_record()
"""

COMPOSE_CUSTOM_FIELDS = """
do $$
declare
  held record;
begin
  for held in select table_name as name from information_schema.columns
    where table_schema = current_schema() and column_name = 'custom' and data_type = 'jsonb' loop
    execute format('update %I as held set custom = (select jsonb_object_agg(normalize(key, NFC),'
      ' normalize(value, NFC)) from jsonb_each_text(held.custom))'
      ' where held.custom::text is not nfc normalized', held.name);
  end loop;
end $$
"""


LETTERS = """
create table letter (
  id uuid not null constraint pk_letter primary key, kind text not null, recipient text not null,
  subject text not null, message bytea not null, state text not null, tries integer not null,
  due_at timestamptz not null, error text not null, created_at timestamptz not null,
  sent_at timestamptz)
"""

FOLLOWERS = """
create table follower (
  record_id uuid not null, person_id uuid not null, entity text not null, since timestamptz not null,
  constraint pk_follower primary key (record_id, person_id));
create index ix_follower_person on follower (person_id);
create table followed_change (seq bigint not null constraint pk_followed_change primary key)
"""

KEEP_WORDS_AS_TAGS = """
update "{table}" as held set tags = array(
  select word from (
    select left(trim(both '_' from regexp_replace(folded(word), '[^a-z0-9]+', '_', 'g')), 60) as word, place
    from unnest(held.tags) with ordinality as said (word, place)) as words
  where word <> '' group by word order by min(place) limit 50)
where tags <> '{{}}'
"""


def add_replays_asked_for() -> None:
    """A dead letter may be asked to be replayed by whoever does not have its handler."""
    asked = sa.Column("replay_asked_at", sa.TIMESTAMP(timezone=True), nullable=True)
    op.add_column("dead_letter", asked)


def drop_replays_asked_for() -> None:
    """Takes the column away again."""
    op.drop_column("dead_letter", "replay_asked_at")


def tell_stale_rows() -> None:
    """What a writer asks before anything is kept: whether as many rows were as they had been read.

    SQLSTATE RP001 is ours; no other fault can be taken for it.
    """
    op.execute(AS_READ)


def drop_telling_stale_rows() -> None:
    """Takes the function away again."""
    op.execute("drop function as_read(bigint, bigint)")


def keep_history() -> None:
    """History is never rewritten, and goes with a record that was erased or is gone, never before.

    Whoever owns the tables can take the triggers away; what a service says by mistake, or is made to
    say, cannot. The one line that stays of an erased record tells that it was erased.
    """
    for statement in (HISTORY_STAYS, ON_CHANGE, HISTORY_STAYS_WITH_ITS_RECORD, ON_DELETE):
        op.execute(statement)


def let_history_go() -> None:
    """Takes the triggers away again."""
    op.execute("drop function history_stays() cascade")
    op.execute("drop function history_stays_with_its_record() cascade")


def compose_custom_fields() -> None:
    """Brings stored names and values of custom fields to NFC, as those that are written now are."""
    op.execute(COMPOSE_CUSTOM_FIELDS)


def add_notes() -> None:
    """The notes on records, and what they said before."""
    op.create_table(
        "note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("mentions", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said_since", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index("ix_note_record", "note", ["record_id", "pinned", "id"])
    index_new(TextOf("note", words=("body",)))
    op.create_table(
        "note_version",
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("note_id", "version", name=op.f("pk_note_version")),
        sa.ForeignKeyConstraint(
            ["note_id"], ["note.id"], name=op.f("fk_note_version_note_id"), ondelete="CASCADE"
        ),
    )


def drop_notes() -> None:
    """Takes them away again."""
    op.drop_table("note_version")
    op.drop_table("note")


def log_exports() -> None:
    """Who took which rows as a file, and how it ended."""
    told = ("entity", "actor", "format", "filter", "search", "order_by")
    op.create_table(
        "export_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in told),
        sa.Column("fields", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "begun_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_log")),
    )
    op.create_index("ix_export_log_entity", "export_log", ["entity", "id"])


def drop_log_of_exports() -> None:
    """Takes the log away again."""
    op.drop_table("export_log")


def add_tags(*tables: str) -> None:
    """What people work on can be labelled; the index is built with nobody waiting, and anew if need be."""
    for table in tables:
        kind = "text[] not null default '{}'"
        op.execute(f'alter table "{table}" add column if not exists tags {kind}')
    with op.get_context().autocommit_block():
        for table in tables:
            run = op.get_bind().exec_driver_sql
            run(f'drop index concurrently if exists "ix_{table}_tags"')
            on = f'"{table}" using gin (tags) with (fastupdate = off)'
            run(f'create index concurrently "ix_{table}_tags" on {on}')


def add_tags_to_new(table: str) -> None:
    """The same for a table that this migration makes."""
    nothing = sa.text("'{}'")
    op.add_column(
        table, sa.Column("tags", sa.ARRAY(sa.Text()), nullable=False, server_default=nothing)
    )
    at_once: Any = {"postgresql_using": "gin", "postgresql_with": {"fastupdate": "off"}}
    op.create_index(f"ix_{table}_tags", table, ["tags"], **at_once)


def keep_words_as_tags(table: str) -> None:
    """Free words that a table had under that name, as tags of these names would be stored."""
    op.execute(KEEP_WORDS_AS_TAGS.format(table=table))


def add_letters() -> None:
    """Letters that wait for a mail server."""
    op.execute(LETTERS)
    op.create_index("ix_letter_state", "letter", ["state", "due_at"])


def drop_letters() -> None:
    """Takes them away again."""
    op.drop_table("letter")


def add_followers() -> None:
    """Who follows records, and the lines of history of which they are still to be told."""
    for statement in FOLLOWERS.split(";"):
        op.execute(statement)


def drop_followers() -> None:
    """Takes them away again."""
    for table in ("followed_change", "follower"):
        op.drop_table(table)
