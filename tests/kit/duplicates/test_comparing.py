"""PA-29: how values are compared by their kind: folded addresses, numbers in one form, codes, hosts."""

import pytest

from kit.duplicates.comparing import comparing
from kit.entity import Email, Kind, LongText, Phone, Text, Url

SAME = [
    (Email(), "Ana.Pop@Example.com", "ana.pop@example.com"),
    (Phone(), "+40 21 123 4567", "+40211234567"),
    (Phone(), "+40211234567;ext=5", "+40211234567"),
    (Url(), "https://www.acme.example/ro", "http://acme.example"),
    (Text(), "RO 14399840", "ro14399840"),
    (Text(), "RO14399840", "14399840"),
    (Text(), "Cluj-Napoca", "CLUJ NAPOCA"),
]
OTHERS = [
    (Email(), "ana@example.com", "ana@example.org"),
    (Phone(), "+40211234567", "+40211234568"),
    (Text(), "DE123456789", "FR123456789"),
    (Url(), "https://acme.example", "https://acme.test"),
]


@pytest.mark.parametrize(("kind", "one", "other"), SAME)
def test_what_is_written_otherwise_agrees_and_is_found(kind: Kind, one: str, other: str) -> None:
    how = comparing(kind, title=False)
    assert how is not None
    mine, others = how.read(one), how.read(other)
    assert how.agree(mine, others)
    assert set(how.keys(mine)) & set(how.keys(others))


@pytest.mark.parametrize(("kind", "one", "other"), OTHERS)
def test_other_values_do_not(kind: Kind, one: str, other: str) -> None:
    how = comparing(kind, title=False)
    assert how is not None
    assert not how.agree(how.read(one), how.read(other))


@pytest.mark.parametrize(
    ("kind", "value"), [(Phone(), "112"), (Text(), "--"), (Url(), "https://[broken")]
)
def test_what_tells_nobody_apart_is_passed_over(kind: Kind, value: str) -> None:
    how = comparing(kind, title=False)
    assert how is not None
    assert how.read(value) == ""


def test_several_lines_are_not_compared() -> None:
    assert comparing(LongText(), title=False) is None
