"""The value lists that administrators keep, as this process knows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a list; a retired one stays where it is but is not offered again."""

    value: str
    label: str
    retired: bool = False


class Choices:
    """Lists by name, e.g. `account.industry`, in their order."""

    def __init__(self) -> None:
        self._lists: dict[str, dict[str, Option]] = {}

    def learn(self, lists: Mapping[str, Iterable[Option]]) -> None:
        """Replaces all lists."""
        self._lists = {
            name: {each.value: each for each in options} for name, options in lists.items()
        }

    def options(self, name: str) -> list[Option]:
        """The values of a list."""
        return list(self._lists.get(name, {}).values())

    def wrong(self, name: str, value: str) -> str:
        """What is wrong with a value newly chosen from a list, or nothing."""
        known = self._lists.get(name, {}).get(value)
        if known is None:
            offered = ", ".join(each.value for each in self.options(name) if not each.retired)
            return f"{value!r} is not in the list; choose one of: {offered}."
        return f"{value!r} is retired; choose another value." if known.retired else ""
