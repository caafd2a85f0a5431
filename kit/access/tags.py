"""The tags of the organisation as one state of the policy has them: by what they are called and stored."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from rapidfuzz import fuzz, process

from kit.access.entries import Tag, TagCategory
from kit.text.folding import typed

_NEAR = 60


@dataclass(frozen=True, slots=True)
class Label:
    """One tag as it is shown: in its category, in its tone, on the entities for which that is."""

    value: str
    name: str
    category: str = ""
    position: int = 0
    tone: str = ""
    retired: bool = False
    entities: tuple[str, ...] = ()

    def fits(self, entity: str) -> bool:
        return not self.entities or entity in self.entities


class TagSet:
    """All tags. Two sets that say the same are equal, so that what was read by one lasts for the other."""

    def __init__(self, tags: Mapping[UUID, Tag], categories: Mapping[UUID, TagCategory]) -> None:
        self._tags, self._categories = tags, categories
        self._said = tuple(sorted(tags.items())), tuple(sorted(categories.items()))
        self._hash = hash(self._said)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, TagSet) and self._said == other._said)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def labels(self) -> Sequence[Label]:
        """The tags that stand for themselves, by category and name."""
        found = (_label(each, self._categories) for each in self._tags.values() if not each.into_id)
        return sorted(found, key=lambda each: (each.position, typed(each.category), each.name))

    @cached_property
    def merged(self) -> Mapping[str, Label]:
        """What is stored of tags that became others, with the one that each leads to."""
        return {value: label for value, label in self._by_value.items() if value != label.value}

    @cached_property
    def _by_value(self) -> Mapping[str, Label]:
        return {
            each.value: _label(self._survivor(each), self._categories)
            for each in self._tags.values()
        }

    @cached_property
    def _by_word(self) -> Mapping[str, Label]:
        """By all that a tag was ever called, stored as or known by; what it is called now comes first."""
        found: dict[str, Label] = {}
        for id, each in self._tags.items():
            found[str(id)] = self._by_value[each.value]
        for value, label in self._by_value.items():
            found[typed(value)] = label
        for each in self._tags.values():
            found[typed(each.name)] = self._by_value[each.value]
        return found

    def _survivor(self, tag: Tag) -> Tag:
        """What a tag became, through as many merges as there were."""
        for _ in self._tags:
            if tag.into_id is None or tag.into_id not in self._tags:
                return tag
            tag = self._tags[tag.into_id]
        return tag

    def called(self, word: str) -> Label | None:
        """The tag that somebody names: as it is shown, as it is stored, or by its id."""
        return self._by_value.get(word) or self._by_word.get(typed(word))

    def meant(self, word: str) -> str:
        """What is stored of the tag that somebody names; what no tag is called stands for itself."""
        label = self.called(word)
        return label.value if label else word

    def label(self, value: str) -> Label:
        """A stored tag as it is shown, be it one that nobody keeps any more."""
        return self._by_value.get(value) or Label(value, value)

    def survivors(self, values: Iterable[str]) -> list[str]:
        """What is stored, with what became of it, each once."""
        return list(dict.fromkeys(self.label(each).value for each in values))

    def chosen(self, entity: str, words: Iterable[str], before: Iterable[str]) -> list[str]:
        """What is to be stored; ValueError says what is wrong with one that is newly chosen."""
        held = set(before)
        return list(dict.fromkeys(self._chosen(entity, word, held) for word in words))

    def _chosen(self, entity: str, word: str, held: set[str]) -> str:
        label = self.called(word)
        value = label.value if label else word
        if value in held:
            return value
        if label is None:
            raise ValueError(f"There is no tag {word!r}; {self._cure(entity, word)}.")
        if label.retired:
            raise ValueError(f"The tag {label.name!r} is retired; choose another one.")
        if not label.fits(entity):
            raise ValueError(f"The tag {label.name!r} is not meant for these; choose another one.")
        return value

    def _cure(self, entity: str, word: str) -> str:
        near = self.nearest(entity, word)
        make = "make it first, if you may"
        return f"perhaps you mean {near!r}, or {make}" if near else make

    def nearest(self, entity: str, word: str) -> str:
        """What is called most like a word, of what may be chosen."""
        names = {typed(each.name): each.name for each in self.offered(entity)}
        found = process.extractOne(typed(word), list(names), scorer=fuzz.ratio, score_cutoff=_NEAR)
        return names[found[0]] if found else ""

    def offered(self, entity: str) -> Iterator[Label]:
        """The tags that may be chosen for records of an entity."""
        return (each for each in self.labels if not each.retired and each.fits(entity))

    def told(self, entity: str = "") -> Iterator[Label]:
        """All that a record may have by now, be it of an entity, those not to be chosen among them."""
        yield from (each for each in self.labels if not entity or each.fits(entity))
        for value, into in self.merged.items():
            yield Label(value, into.name, into.category, into.position, into.tone, retired=True)


def _label(tag: Tag, categories: Mapping[UUID, TagCategory]) -> Label:
    category = categories.get(tag.category_id) if tag.category_id else None
    if category is None:
        return Label(tag.value, tag.name, tone=tag.tone, retired=tag.retired)
    return Label(
        tag.value,
        tag.name,
        category.name,
        category.position,
        tag.tone or category.tone,
        tag.retired,
        category.entities,
    )
