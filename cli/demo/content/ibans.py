"""Account numbers that pass the check of ISO 13616 and belong to nobody."""

from random import Random

from cli.demo.content.rows import filled

_MODULUS = 97


def iban(dice: Random, country: str, pattern: str) -> str:
    """An IBAN of a country whose national part follows the pattern."""
    national = filled(dice, pattern)
    rest = _number(f"{national}{country}00") % _MODULUS
    return f"{country}{_MODULUS + 1 - rest:02}{national}"


def is_iban(number: str) -> bool:
    """Whether the check digits agree."""
    return _number(number[4:] + number[:4]) % _MODULUS == 1


def _number(text: str) -> int:
    return int("".join(str(int(letter, 36)) for letter in text))
