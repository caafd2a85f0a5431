"""The rules of the policy as they read one entity: which fields, how they are compared, by which keys."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import islice, product
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from kit.access.entries import DuplicateRule
from kit.custom_fields.definition import CustomField
from kit.custom_fields.fields import PREFIX, custom_fields
from kit.duplicates.comparing import Same, comparing
from kit.entity import Record, Rows
from kit.entity.kinds import Kind, Words

if TYPE_CHECKING:
    from kit.access import Policy

_MOST_KEYS = 60
_MOST_VALUES = 20
_HIGHEST = 100

Read = Callable[[Any], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Compared:
    """One or several fields of a rule that are read as one, and how their values are compared."""

    how: Same
    reads: tuple[Read, ...]

    def values(self, record: Any) -> list[str]:
        said = (value for read in self.reads for value in read(record) if value not in (None, ""))
        found = (self.how.read(value) for value in said)
        return list(islice(dict.fromkeys(filter(None, found)), _MOST_VALUES))

    def agree(self, one: Any, other: Any) -> bool:
        others = self.values(other)
        return any(self.how.agree(mine, each) for mine in self.values(one) for each in others)


@dataclass(frozen=True, slots=True)
class RuleOf:
    """One rule over the records of one entity."""

    said: DuplicateRule
    compared: tuple[Compared, ...]

    @property
    def heads(self) -> frozenset[str]:
        """The fields of the record by which it goes; of a part that which holds the parts."""
        return frozenset(map(_head, self.said.fields))

    def keys(self, record: Any) -> Iterator[int]:
        """Numbers of which two records that agree have one in common; none where a field is empty."""
        told = [
            [key for value in each.values(record) for key in each.how.keys(value)]
            for each in self.compared
        ]
        for each in islice(product(*told), _MOST_KEYS):
            said = "\0".join((self.said.entity, *self.said.fields, *each))
            digest = blake2b(said.encode(), digest_size=8).digest()
            yield int.from_bytes(digest, signed=True)

    def agree(self, one: Any, other: Any) -> bool:
        return all(each.agree(one, other) for each in self.compared)


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules over the records of one entity."""

    every: tuple[RuleOf, ...]
    heads: frozenset[str]
    mark: str
    """The same as long as the same keys follow from the same records."""

    def keys(self, record: Any) -> list[int]:
        return sorted({key for rule in self.every for key in rule.keys(record)})

    def agreeing(self, one: Any, other: Any) -> list[RuleOf]:
        return [rule for rule in self.every if rule.agree(one, other)]

    def refusing(self, changed: Collection[str] | None = None) -> "Rules":
        """Those that refuse, and of these those that go by a field that changed, where that is said."""
        return _some(
            each
            for each in self.every
            if each.said.refuses and (changed is None or not each.heads.isdisjoint(changed))
        )

    def seen(self, sees: Callable[[str], bool]) -> "Rules":
        """Those that go by fields that somebody sees; what others find would tell what is hidden."""
        return _some(each for each in self.every if all(map(sees, _told(each))))


def likelihood(rules: Iterable[RuleOf]) -> int:
    """How likely two records are the same by which these rules agree, of 100."""
    return min(_HIGHEST, sum(each.said.weight for each in rules))


def rules_of(policy: "Policy", record: type[Record]) -> Rules:
    """The rules in force over the records of an entity."""
    organisation = policy.organisation
    defined = organisation.custom.get(record.entity, ())
    return _rules(record, organisation.duplicates.get(record.entity, ()), defined)


@lru_cache(maxsize=1_000)
def _rules(
    record: type[Record], said: tuple[DuplicateRule, ...], defined: tuple[CustomField, ...]
) -> Rules:
    read = (_rule(record, each, defined) for each in said)
    return _some(each for each in read if each is not None)


def _some(rules: Iterable[RuleOf]) -> Rules:
    every = tuple(rules)
    heads = frozenset(head for each in every for head in each.heads)
    # A rule that was out of force for a moment has not read what was written then.
    told = repr([(each.said.id, each.said.version, each.said.fields) for each in every])
    return Rules(every, heads, blake2b(told.encode(), digest_size=12).hexdigest() if every else "")


def _rule(
    record: type[Record], said: DuplicateRule, defined: tuple[CustomField, ...]
) -> RuleOf | None:
    """None where it goes by a field that is not there any more, or that tells nothing."""
    found: dict[Any, tuple[Same, list[Read]]] = {}
    for name in said.fields:
        if (known := _field(record, name, defined)) is None:
            return None
        kind, read = known
        how = comparing(kind, title=name == record.title)
        if how is None:
            return None
        found.setdefault(how if how.together else name, (how, []))[1].append(read)
    return RuleOf(said, tuple(Compared(how, tuple(reads)) for how, reads in found.values()))


def _field(
    record: type[Record], name: str, defined: tuple[CustomField, ...]
) -> tuple[Kind, Read] | None:
    """The kind of a field, of a column of its rows, or of a custom field, and how it is read."""
    head, _, column = name.partition(".")
    if name.startswith(PREFIX):
        known = custom_fields(record, defined).fields.get(name)
        return (known.said.kind, lambda each: _entries(each, column)) if known else None
    if head not in record.fields:
        return None
    kind = record.fields[head].said.kind
    if isinstance(kind, Rows):
        return _column(kind, head, column)
    get = attrgetter(head)
    if isinstance(kind, Words):
        return kind, lambda each: get(each) or ()
    return kind, lambda each: [get(each)]


def _entries(record: Any, key: str) -> Sequence[Any]:
    """What a record says in a custom field, one by one."""
    value = (record.custom or {}).get(key)
    return value if isinstance(value, list) else [value]


def _column(kind: Rows, head: str, name: str) -> tuple[Kind, Read] | None:
    known = next((each for each in kind.row.columns if each.name == name), None)
    if known is None:
        return None
    return known.kind, lambda record: [getattr(row, name) for row in getattr(record, head) or ()]


def _head(name: str) -> str:
    return name.partition(".")[0]


def _told(rule: RuleOf) -> Sequence[str]:
    """The names by which a profile hides what a rule goes by."""
    return [each if each.startswith(PREFIX) else _head(each) for each in rule.said.fields]
