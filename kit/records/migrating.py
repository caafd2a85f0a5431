"""What migrations add beside the fields of records; as in kit/database, what stands here never changes."""

# ruff: noqa: S608 - every name in a statement is that of a table of our own

from alembic import op

_NEVER_OPEN = (
    "not private or 1073741824 <= all (keys) and 1073741824 <= all (wkeys)"
    " and 1073741824 <= all (full_keys) and 2 = any (inherited)"
)


def let_be_private(*tables: str) -> None:
    """Records may be kept private one by one; no row is rewritten, and nobody waits while they are checked.

    The program of the release before makes none private, and what it writes never opens one. What was
    begun before an interruption is begun anew.
    """
    for table in tables:
        flag = "private boolean not null default false"
        op.execute(f'alter table "{table}" add column if not exists {flag}')
        op.execute(f'alter table "{table}" drop constraint if exists "ck_{table}_private"')
        check = f'constraint "ck_{table}_private" check ({_NEVER_OPEN}) not valid'
        op.execute(f'alter table "{table}" add {check}')
    with op.get_context().autocommit_block():
        run = op.get_bind().exec_driver_sql
        for table in tables:
            run(f'alter table "{table}" validate constraint "ck_{table}_private"')


def let_nobody_be_private(*tables: str) -> None:
    """Takes the switch away again: what was private is as open as such records are."""
    keys = "keys", "wkeys", "full_keys"
    opened = ", ".join(
        f"{name} = array(select key & ~{1 << 30} from unnest({name}) as key)" for name in keys
    )
    for table in tables:
        op.execute(
            f"update \"{table}\" set private = false, inherited = '{{}}', {opened} where private"
        )
        op.drop_column(table, "private")


def let_shares_have_roles() -> None:
    """Whoever a record is shared with may have a part in the work on it, which has a name."""
    op.execute("alter table share add column if not exists role text")


def let_shares_have_none() -> None:
    """Takes the roles away again."""
    op.drop_column("share", "role")
