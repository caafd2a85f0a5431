"""What makes a password good enough; hashing it is not done here."""

from kit.errors import Invalid
from services.identity.model.people import Person

SHORTEST, LONGEST = 10, 128
# A part of a name or address shorter than this stands in many words by chance.
_TELLING = 4
# Fewer than these are among the first that a program tries, however long the password is.
_LEAST_THOUGHT = 5
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "12345678901", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_PRODUCT = "rapport"
_COMMON = frozenset(
    {
        "1234567890",
        "0123456789",
        "12345678910",
        "0987654321",
        "1q2w3e4r5t",
        "1qaz2wsx3edc",
        "qwertyuiop",
        "qwerty12345",
        "password12",
        "password123",
        "password1234",
        "passwordpassword",
        "iloveyou12",
        "administrator",
        "changeme123",
        "welcome123",
        "letmein123",
    }
)


def check_password(password: str, person: Person) -> None:
    """Raises Invalid with what to do when a password is easy to guess."""
    complaint = _complaint(password, person)
    if complaint:
        raise Invalid(password=complaint)


def _complaint(password: str, person: Person) -> str:
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters; a few words together are easy to remember."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if password.lower() in _COMMON or _thought_of(password.lower()) < _LEAST_THOUGHT:
        return "This password is among the first that anybody would try; choose another one."
    if any(part in password.lower() for part in _parts(person)):
        return "Leave your name and address out of the password."
    return ""


def _parts(person: Person) -> list[str]:
    words = [*(person.name or "").split(), person.email.partition("@")[0]]
    whole = [person.email.lower(), _PRODUCT] if person.email else [_PRODUCT]
    return [*whole, *(word.lower() for word in words if len(word) >= _TELLING)]


def _thought_of(password: str) -> int:
    """How many characters do not follow from what stands before them (NIST SP 800-63B §3.1.1.2).

    A piece that is repeated counts once; of a run like 6789 or tyui its beginning counts.
    """
    again = (password + password).find(password, 1)
    piece = password[:again]
    return sum(
        not (at and _follows(piece[at - 1], character)) for at, character in enumerate(piece)
    )


def _follows(before: str, character: str) -> bool:
    """Whether two are the same, or neighbours in the alphabet, among the digits or on a keyboard."""
    pairs = (before + character, character + before)
    return before == character or any(pair in row for pair in pairs for row in _ROWS)
