"""An account with a bank; an IBAN is believed only when its check digits agree."""

import re
from dataclasses import dataclass
from typing import Any

from kit.entity import CURRENCIES, Part, Picklist, Text, row_field

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


@dataclass(frozen=True)
class BankNumber(Text):
    """An IBAN without blanks, or the number of an account as its bank writes it."""

    length: int = 64

    def parse(self, value: Any) -> str | None:
        text = super().parse(value)
        return None if text is None else _checked(text)


def _checked(text: str) -> str:
    joined = re.sub(r"[\s-]", "", text).upper()
    if not _IBAN.fullmatch(joined):
        return text
    if not _agrees(joined):
        raise ValueError("The check digits of this IBAN do not fit; compare it with the original.")
    return joined


def _agrees(iban: str) -> bool:
    """ISO 13616: the first four characters to the end, letters as numbers, modulo 97 is one."""
    digits = "".join(str(int(character, 36)) for character in iban[4:] + iban[:4])
    return int(digits) % 97 == 1


class BankAccount(Part, of="parties.Account"):
    """One of any number of accounts with banks, in any currency."""

    bank: str | None = row_field(Text(120), "Bank")
    number: str = row_field(BankNumber(), "IBAN or number", required=True)
    currency: str | None = row_field(Picklist(CURRENCIES), "Currency")
    note: str | None = row_field(Text(200), "Note")
