"""How files of one shape are taken in: what an import was told, kept for the next file like it."""

from typing import Any

from sqlalchemy.orm import Mapped

from kit.entity import (
    Boolean,
    EntityName,
    LongText,
    Picklist,
    Presentation,
    Record,
    Row,
    Rows,
    Text,
    Words,
    field,
    row_field,
)
from kit.errors import Invalid
from services.identity.model.principals import check_entity

_MOST_COLUMNS, _MOST_VALUES = 500, 5_000
_LONGEST = 255
_ON_MATCH = ("overwrite", "fill", "skip")


class MappedColumn(Row):
    """One column of such files."""

    column: str = row_field(Text(_LONGEST), "Column in the file", initial="", required=True)
    becomes: str | None = row_field(
        Text(_LONGEST), "Becomes", help="The field that it fills; empty leaves the column out."
    )
    form: str | None = row_field(
        Text(20), "Written as", help="Of days ymd, dmy or mdy; of numbers 1,234.56 or 1.234,56."
    )


class ReplacedValue(Row):
    """One value of such files that is written otherwise with us."""

    of: str = row_field(
        Text(_LONGEST), "Column or field", initial="", required=True, help="Whose values it is."
    )
    said: str = row_field(Text(_LONGEST), "In the file", initial="")
    meant: str = row_field(Text(_LONGEST), "Means", initial="")


class GivenValue(Row):
    """One field that every line gets."""

    field: str = row_field(Text(_LONGEST), "Field", initial="", required=True)
    value: str = row_field(Text(_LONGEST), "Value", initial="", required=True)


class RelatedKey(Row):
    """How one record that lines take along is found."""

    name: str = row_field(
        Text(60), "Reference", initial="", required=True, help="As columns say it: account."
    )
    match: str = row_field(Text(_LONGEST), "Found by", initial="", required=True)
    on_match: str | None = row_field(Picklist(_ON_MATCH), "One that is found")


class ImportMapping(Record):
    """A mapping of columns that people keep; like every record it is shared by its owner."""

    __tablename__ = "import_mapping"
    entity = "identity.ImportMapping"
    plural = "Import mappings"
    default_access = "private"
    importable = False
    presentation = Presentation(
        icon="arrow-up-tray", rank=168, order_by="name", facts=("entity_name", "match")
    )

    name: Mapped[str] = field(Text(120), "Name", searched=True, listed=True)
    description: Mapped[str | None] = field(LongText(2_000), "Description")
    entity_name: Mapped[str] = field(
        EntityName(),
        "Entity",
        listed=True,
        editable=False,
        creatable=True,
        help="What the lines of such files become, for example parties.Account.",
    )
    columns: Mapped[list[MappedColumn]] = field(
        Rows(MappedColumn, most=_MOST_COLUMNS),
        "Columns",
        section="Columns",
        help="All columns of such files: by them a file is known again.",
    )
    replaced: Mapped[list[ReplacedValue]] = field(
        Rows(ReplacedValue, most=_MOST_VALUES), "Values to replace", section="Values"
    )
    given: Mapped[list[GivenValue]] = field(
        Rows(GivenValue, most=_MOST_COLUMNS), "Values for every line", section="Values"
    )
    empty_words: Mapped[list[str]] = field(
        Words(60, most=100), "Words that mean an empty cell", section="Values"
    )
    match: Mapped[str | None] = field(
        Text(_LONGEST),
        "An existing record is found by",
        listed=True,
        help="A field, several as in last_name+birth_date, or duplicates for the rules on them.",
    )
    on_match: Mapped[str | None] = field(Picklist(_ON_MATCH), "A record that is found")
    related: Mapped[list[RelatedKey]] = field(
        Rows(RelatedKey, most=20), "What lines take along", section="Columns"
    )
    skip_without_key: Mapped[bool] = field(
        Boolean(), "Leave out lines without a key", initial=False
    )
    allow_duplicates: Mapped[bool] = field(
        Boolean(), "Take in records that may be there already", initial=False
    )
    formulas_quoted: Mapped[bool] = field(Boolean(), "Formulas are quoted", initial=False)

    def check(self) -> None:
        """What can be known here. Whether there are such fields, the service of the entity says."""
        check_entity(self.entity_name)
        _refuse_twice("columns", "column", self.columns)
        _refuse_twice("given", "field", self.given)
        _refuse_twice("related", "name", self.related)
        if not self.columns:
            raise Invalid(columns="Give the columns of the file: by them it is known again.")


def _refuse_twice(where: str, name: str, rows: list[Any]) -> None:
    seen: set[str] = set()
    for row in rows:
        said = getattr(row, name)
        if said in seen:
            raise Invalid("", {where: f"{said[:40]!r} stands here twice; leave one out."})
        seen.add(said)
