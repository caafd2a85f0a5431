"""How a value is compared, by its kind: an address, a number, what a record is called, and all else."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from kit.duplicates.names import alike, bands, bare
from kit.entity.kinds import Email, Kind, LongText, Phone, Text, Url
from kit.text.folding import fold
from kit.text.telephone import dialled

_LEAST_DIGITS = 6
_CODE = re.compile(r"([a-z]{2})(\d{6,})")


class Same:
    """Values that are the same when their folded letters and digits are, whatever stands between them."""

    together = False
    """Whether all fields of a rule that are compared so stand for one another."""

    def read(self, value: object) -> str:
        """The value as it is compared; empty where it tells nothing."""
        return re.sub(r"[\W_]+", "", fold(str(value)))

    def keys(self, value: str) -> Iterable[str]:
        """What every value has in common with those that agree with it."""
        yield value

    def agree(self, one: str, other: str) -> bool:
        return one == other


class Code(Same):
    """Codes; of a tax code the country with which it begins may be left out: RO14399840, 14399840."""

    def keys(self, value: str) -> Iterable[str]:
        yield self._bare(value)

    def agree(self, one: str, other: str) -> bool:
        return one == other or self._bare(one) == other or one == self._bare(other)

    def _bare(self, value: str) -> str:
        country = _CODE.fullmatch(value)
        return country[2] if country else value


class Address(Same):
    """E-mail addresses, whatever case and accents."""

    together = True

    def read(self, value: object) -> str:
        return fold(str(value).strip())


class Telephone(Same):
    """Telephone numbers in E.164 form, without what is dialled behind them; short ones tell nobody apart."""

    together = True

    def read(self, value: object) -> str:
        number = dialled(str(value)).partition(";")[0]
        return number if sum(map(str.isdigit, number)) >= _LEAST_DIGITS else ""


class Site(Same):
    """Web sites by their host, with or without `www.`."""

    def read(self, value: object) -> str:
        try:
            return (urlsplit(str(value)).hostname or "").removeprefix("www.")
        except ValueError:
            return ""


class Called(Same):
    """What records are called, where nearly the same is the same."""

    def read(self, value: object) -> str:
        return bare(str(value))

    def keys(self, value: str) -> Iterable[str]:
        return bands(value)

    def agree(self, one: str, other: str) -> bool:
        return alike(one, other)


_BY_KIND: tuple[tuple[type[Kind], Same], ...] = (
    (Email, Address()),
    (Phone, Telephone()),
    (Url, Site()),
    (Text, Code()),
)
CALLED, _SAME = Called(), Same()


def comparing(kind: Kind, *, title: bool) -> Same | None:
    """How values of a kind are compared; None where they tell nothing."""
    if isinstance(kind, LongText):
        return None
    if title:
        return CALLED
    return next((how for family, how in _BY_KIND if isinstance(kind, family)), _SAME)
