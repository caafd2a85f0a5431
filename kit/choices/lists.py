"""The value lists that administrators keep, as this process knows them: by the policy."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from kit.access.entries import ChoiceValue
from kit.access.policy import Policy
from kit.access.tags import TagSet
from kit.text.english import spoken
from kit.text.folding import typed

Values = tuple[ChoiceValue, ...]


class Choices:
    """Lists by name, e.g. `parties.account.industry`, each in its order.

    Until identity has told of a list, it is as the service itself begins with it: an organisation whose
    identity is away at the first start of a service goes on working.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.first: dict[str, Values] = {}
        """The lists that this service begins with, and declares to identity."""

    def begin_with(self, lists: Mapping[str, Values]) -> None:
        """Names lists, or how one begins that was named before."""
        self.first |= lists

    @property
    def tags(self) -> TagSet:
        """The tags of the organisation, as they are by now."""
        return self._policy.organisation.tags

    def options(self, name: str) -> Values:
        """The values of a list, those that are retired among them."""
        kept = self._policy.organisation.choices.get(name)
        return kept.values if kept else self.first.get(name, ())

    def wrong(self, name: str, value: str, *, begins: bool = False) -> str:
        """What is wrong with a value newly chosen from a list, or nothing.

        A record may begin with what the program fills in, whether or not people still choose it.
        """
        known = next((each for each in self.options(name) if each.value == value), None)
        if known is None:
            return f"{value!r} is not in the list; choose one of: {', '.join(self._offered(name))}."
        if known.retired and not begins:
            return f"{value!r} is retired; choose another value."
        return ""

    def _offered(self, name: str) -> list[str]:
        return [each.value for each in self.options(name) if not each.retired]

    def meant(self, name: str, text: str) -> ChoiceValue | None:
        """The value that somebody wrote as it is stored or as it is shown, whatever case and accents."""
        ways: tuple[Callable[[str], str], ...] = (str.strip, typed)
        for read in ways:
            for each in self.options(name):
                if read(text) in (read(each.value), read(each.caption)):
                    return each
        return None

    def captions(self, name: str) -> Sequence[str]:
        """What people may choose, as they see it."""
        return [each.caption for each in self.options(name) if not each.retired]


def first_values(values: Iterable[str]) -> Values:
    """The values with which a list begins, in the words that their names make."""
    return tuple(ChoiceValue(value, spoken(value)) for value in map(str, values))
