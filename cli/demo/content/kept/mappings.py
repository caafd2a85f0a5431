"""How the demonstration company takes in the files that come again and again."""

from collections.abc import Iterator, Mapping

from cli.demo.content.people import by_key
from cli.demo.content.rows import Reference, Row

_FAIR = "Badges of a trade fair"
_COLUMNS = {
    "Visitor": "first_name+last_name",
    "Company": "company",
    "E-mail": "email",
    "Phone": "phone",
    "Country": "country",
    "Talked to": "owner_id:name",
    "Remarks": "description",
    "Badge": None,
}


def import_mappings() -> Iterator[Row]:
    yield {
        "name": _FAIR,
        "description": "As the scanner at the stand gives them out, in the evening of each day.",
        "entity_name": "parties.Lead",
        "columns": [
            {"column": column, **({"becomes": path} if path else {})}
            for column, path in _COLUMNS.items()
        ],
        "empty_words": ["n/a", "-"],
        "match": "email",
        "on_match": "fill",
        "skip_without_key": True,
        "owner_id": Reference("people", "email", by_key("priya").email),
    }


SHARED: Mapping[str, Row] = {
    _FAIR: {
        "principal_kind": "role_and_below",
        "principal_id": Reference("roles", "name", "Company"),
        "level": "read",
    },
}
"""With whom, by the name of the mapping."""
