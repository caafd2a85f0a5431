"""Names as they are given on the command line, and in every form in which the source needs them."""

import keyword
import re
from dataclasses import dataclass

from cli.failure import CommandFailed

_TYPE = re.compile(r"[A-Z][a-z0-9]*([A-Z][a-z0-9]+)*")
_ROOM = re.compile(r"[a-z]{3,20}")


def snake(name: str) -> str:
    """`PriceList` as `price_list`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def kebab(name: str) -> str:
    """`PriceList` as `price-list`."""
    return snake(name).replace("_", "-")


def words(name: str) -> str:
    """`PriceList` as `price list`."""
    return snake(name).replace("_", " ")


def plural_of(word: str) -> str:
    """By the plain rule of English; whoever knows better says `--plural`."""
    if re.search(r"[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    return f"{word}es" if re.search(r"(s|x|z|ch|sh)$", word) else f"{word}s"


def sentence(text: str, what: str) -> str:
    """What people will read: a whole sentence on one line."""
    text = " ".join(text.split())
    if not (text[:1].isupper() and text.endswith(".") and len(text) > len("A b.")):
        raise CommandFailed(f"{what} has to be a sentence: from a capital letter to a full stop.")
    if '"' in text or "\\" in text:
        raise CommandFailed(f"{what} must do without quotation marks and backslashes.")
    if len(text) > 90:  # noqa: PLR2004 - what fits beside the indent of a comment
        raise CommandFailed(f"{what} has {len(text)} characters; use at most 90.")
    return text


def verb_name(name: str) -> str:
    if not _TYPE.fullmatch(name) or keyword.iskeyword(snake(name)):
        raise CommandFailed(f"A verb is written like Discontinue or MoveStage; {name!r} is not.")
    if name in {"Get", "List", "Create", "Update", "Delete"}:
        raise CommandFailed(f"{name} is one of the standard methods, which every entity has.")
    return name


def service_name(name: str) -> str:
    if not _ROOM.fullmatch(name) or keyword.iskeyword(name):
        raise CommandFailed(f"A service is one word of small letters; {name!r} is not.")
    return name


@dataclass(frozen=True)
class EntityName:
    """`sales.PriceList` in all its forms."""

    service: str
    name: str
    plural: str

    @classmethod
    def of(cls, given: str, plural: str = "") -> "EntityName":
        service, _, name = given.partition(".")
        well_formed = _TYPE.fullmatch(name) and _ROOM.fullmatch(service)
        if not well_formed or keyword.iskeyword(snake(name)):
            raise CommandFailed(f"An entity is written like sales.PriceList; {given!r} is not.")
        plural = plural or plural_of(words(name)).capitalize()
        if not re.fullmatch(r"[A-Z][a-z]+( [a-z]+)*", plural):
            raise CommandFailed(f"A plural is written like 'Price lists'; {plural!r} is not.")
        if plural == words(name).capitalize():
            raise CommandFailed("The plural must differ from the name; give another by --plural.")
        return cls(service, name, plural)

    def __str__(self) -> str:
        return f"{self.service}.{self.name}"

    @property
    def plural_type(self) -> str:
        return self.plural.title().replace(" ", "")

    @property
    def module(self) -> str:
        return snake(self.plural_type)

    @property
    def path(self) -> str:
        return kebab(self.plural_type)

    @property
    def table(self) -> str:
        return snake(self.name)

    @property
    def one(self) -> str:
        """With its article, as in `a price list`."""
        said = words(self.name)
        return f"{'an' if said[0] in 'aeio' else 'a'} {said}"

    @property
    def forms(self) -> dict[str, str]:
        """What templates call them."""
        return {
            "service": self.service,
            "entity": self.name,
            "Plural": self.plural,
            "plural": self.plural.lower(),
            "Plurals": self.plural_type,
            "module": self.module,
            "path": self.path,
            "table": self.table,
            "one": self.one,
            "word": words(self.name),
        }
