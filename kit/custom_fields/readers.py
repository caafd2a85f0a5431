"""The functions by which SQL reads custom fields by kind: a value of it, or nothing where there is none."""

from collections.abc import Iterator

from alembic import op

CUSTOM_READERS = {
    "custom_number": ("numeric", "$1 ~ '^-?[0-9]{1,40}(\\.[0-9]{1,40})?$'"),
    "custom_truth": ("boolean", "$1 in ('true', 'false')"),
    "custom_day": (
        "date",
        "$1 ~ '^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$' and pg_input_is_valid($1, 'date')",
    ),
    "custom_moment": (
        "timestamptz",
        "$1 ~ '^[1-9][0-9]{3}-[0-9-]{5}T[0-9:.]+Z$' and pg_input_is_valid($1, 'timestamptz')",
    ),
    "custom_id": ("uuid", "pg_input_is_valid($1, 'uuid')"),
}
"""How custom fields are read by kind: the type, and which texts are of it. Both forms of moments say
their day and zone in full, so that what is read hangs on no setting, and an index may hold it."""

CUSTOM_LIST_READERS = {
    "custom_words": ("text[]", "select one from jsonb_array_elements_text($1) as one"),
    "custom_ids": (
        "uuid[]",
        "select one::uuid from jsonb_array_elements_text($1) as one where pg_input_is_valid(one, 'uuid')",
    ),
}
"""The same for those that hold lists, by what is taken out of an array; of all else nothing is read."""


def custom_readers() -> Iterator[str]:
    """The statements that make them."""
    for name, (kind, fits) in CUSTOM_READERS.items():
        yield (
            f"create function {name}(text) returns {kind} language sql immutable strict"
            f" parallel safe as $read$ select case when {fits} then $1::{kind} end $read$"
        )


def read_custom_fields() -> None:
    """`custom_number(text)` and its like: a value of the kind, or nothing where the text is none."""
    for statement in custom_readers():
        op.execute(statement)


def drop_reading_custom_fields() -> None:
    """Takes the functions away again, after what is indexed by them."""
    for name in CUSTOM_READERS:
        op.execute(f"drop function {name}(text) cascade")


def custom_list_readers() -> Iterator[str]:
    """The statements that make those of lists."""
    for name, (kind, taken) in CUSTOM_LIST_READERS.items():
        yield (
            f"create function {name}(jsonb) returns {kind} language sql immutable strict"
            f" parallel safe as $read$ select case when jsonb_typeof($1) = 'array'"
            f" then array({taken}) end $read$"
        )


def read_custom_lists() -> None:
    """`custom_words(jsonb)` and its like: the list, or nothing where the value is none."""
    for statement in custom_list_readers():
        op.execute(statement)


def drop_reading_custom_lists() -> None:
    """Takes the functions away again, after what is indexed by them."""
    for name in CUSTOM_LIST_READERS:
        op.execute(f"drop function {name}(jsonb) cascade")
