"""Letters out of templates, in the reader's language: words of one language stand in one file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

OURS = Path(__file__).parent / "templates"
FIRST = "en"
"""The language of whoever has chosen one that there is not."""


@dataclass(frozen=True, slots=True)
class Words:
    """What letters say in one language; `en.toml` beside the templates says which there are."""

    language: str
    said: Mapping[str, Any]

    def __call__(self, key: str, **values: Any) -> str:
        return str(self.said[key]).format(**values)

    def many(self, key: str, count: int) -> str:
        """Words that hang on a number, in the forms that the language has (CLDR)."""
        forms: Mapping[str, str] = self.said[key]
        form = Locale.parse(self.language).plural_form(count)
        return forms.get(form, forms["other"]).format(count=count)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a letter says."""

    language: str
    subject: str
    text: str
    html: str


class Templates:
    """The letters of one service, by their kind: `<kind>.txt` with the subject, and `<kind>.html`."""

    def __init__(self, folder: Path) -> None:
        self._environment = Environment(
            loader=FileSystemLoader([folder, OURS]),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._words = {
            file.stem: Words(file.stem, _read(OURS / file.name) | _read(file))
            for file in sorted(folder.glob("*.toml"))
        }

    def language(self, locale: str) -> str:
        """The language for a person's locale, as far as there are words in it."""
        try:
            wanted = Locale.parse(locale, sep="-" if "-" in locale else "_").language
        except (UnknownLocaleError, ValueError):
            return FIRST
        return wanted if wanted in self._words else FIRST

    def render(self, kind: str, locale: str, **said: Any) -> Rendered:
        """A letter of this kind for somebody who reads this."""
        language = self.language(locale)
        values = {"_": self._words[language], "language": language, **said}
        plain = self._environment.get_template(f"{kind}.txt")
        subject = "".join(plain.blocks["subject"](plain.new_context(values)))
        values["subject"] = subject.strip()
        html = self._environment.get_template(f"{kind}.html").render(values)
        return Rendered(language, subject.strip(), plain.render(values).strip() + "\n", html)


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text()) if file.exists() else {}
