"""How the demonstration company labels what it works on: eight tags in two categories."""

from collections.abc import Iterator, Mapping

from cli.demo.content.rows import Reference, Row, chance

_STANDING = ("Key account", "Reference customer", "Newcomer", "At risk")
_TOPICS = ("Hardware", "Network", "Billing", "Training")
_OWN_COLOURS = {"At risk": "red", "Reference customer": "green"}
# Which tags records of a kind have, and how often one has none, one or two of them.
_USED: Mapping[str, tuple[tuple[str, ...], tuple[int, int, int]]] = {
    "accounts": (_STANDING, (5, 4, 1)),
    "contacts": ((*_STANDING[:2], "Training"), (8, 2, 0)),
    "leads": ((*_TOPICS, "Newcomer"), (4, 4, 2)),
    "opportunities": ((*_TOPICS, "Key account"), (6, 3, 1)),
    "tickets": (_TOPICS, (3, 5, 2)),
}


def tag_categories() -> Iterator[Row]:
    """What the tags of each have in common."""
    yield {"name": "Standing", "tone": "blue", "position": 1}
    yield {"name": "Topic", "tone": "amber", "position": 2}


def tags() -> Iterator[Row]:
    """The tags, some in a colour of their own."""
    for category, names in (("Standing", _STANDING), ("Topic", _TOPICS)):
        for name in names:
            row = {"name": name, "category_id": Reference("tag-categories", "name", category)}
            yield row | ({"tone": _OWN_COLOURS[name]} if name in _OWN_COLOURS else {})


def label(seed: int, rows: Mapping[str, list[Row]]) -> None:
    """Gives records their tags."""
    for plural, (names, often) in _USED.items():
        dice = chance(seed, f"labels of {plural}")
        for row in rows[plural]:
            row["tags"] = dice.sample(names, dice.choices((0, 1, 2), often)[0])
