"""The words of the pages in the language of whoever reads them, for templates and Python alike."""

from contextvars import ContextVar
from gettext import NullTranslations
from typing import Any

# English stands in the sources; a catalogue of another language takes the place of this one.
_ENGLISH = NullTranslations()
_speaking: ContextVar[NullTranslations | None] = ContextVar("speaking", default=None)


def speak(translations: NullTranslations) -> None:
    """From here on, this request is answered in another language."""
    _speaking.set(translations)


def gettext(text: str) -> str:
    return (_speaking.get() or _ENGLISH).gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    return (_speaking.get() or _ENGLISH).ngettext(one, many, count)


def _(text: str, **values: Any) -> str:
    """A sentence with its values in place: `_("%(name)s was created.", name=…)`."""
    said = gettext(text)
    return said % values if values else said
