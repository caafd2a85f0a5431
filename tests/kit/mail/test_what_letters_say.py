"""Letters as they are written (XC-07): headers that nobody can add to, and the reader's language."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from kit.ids import uuid7
from kit.mail.letters import Letter, message_of
from kit.mail.rendering import Templates

_AT = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
_EVIL = "Hello\r\nBcc: eve@example.com\r\n\r\n<script>\x1b[31m"


def _message(letter: Letter) -> bytes:
    return message_of(letter, uuid7(), "Toys <toys@example.com>", _AT)


def test_no_title_makes_a_header_of_its_own(said: Letter) -> None:
    message = message_from_bytes(_message(replace(said, subject=_EVIL, name=_EVIL)), policy=default)
    assert "Bcc" not in message
    assert message["Subject"] == "Hello Bcc: eve@example.com <script> [31m"
    assert [each.addr_spec for each in message["To"].addresses] == ["ana@example.com"]
    assert message["Date"].datetime == _AT


def test_letters_outside_ascii_go_as_utf8(said: Letter) -> None:
    letter = replace(said, subject="Ședință", name="Ștefan", text="Ședința e la zece.\n")
    message = message_from_bytes(_message(letter), policy=default)
    assert message["Subject"] == "Ședință"
    text = message.get_body(("plain",))
    assert text is not None
    assert text.get_content().strip() == "Ședința e la zece."


@pytest.fixture
def templates(tmp_path: Path) -> Templates:
    """The letters of a service, with two languages."""
    (tmp_path / "hello.txt").write_text(
        '{% extends "letter.txt" %}{% block subject %}{{ _("hello", name=name) }}{% endblock %}'
        '{% block content %}{{ _.many("news", count) }}{% endblock %}'
    )
    (tmp_path / "hello.html").write_text(
        '{% extends "letter.html" %}{% block content %}<p>{{ _.many("news", count) }} {{ name }}</p>'
        "{% endblock %}"
    )
    english = 'hello = "Hello, {name}"\n[news]\none = "{count} thing"\nother = "{count} things"\n'
    (tmp_path / "en.toml").write_text(english)
    (tmp_path / "ro.toml").write_text(
        'hello = "Bună, {name}"\nsent_by = "Trimis de Rapport către {address}."\n'
        'choose = "Alegeți"\n[news]\none = "{count} lucru"\nfew = "{count} lucruri"\n'
        'other = "{count} de lucruri"\n'
    )
    return Templates(tmp_path)


_SAID = {"name": "Ana <b>", "count": 2, "address": "ana@example.com", "choose_at": "http://a/"}


def test_a_language_is_one_file(templates: Templates) -> None:
    letter = templates.render("hello", "ro-RO", **_SAID)
    assert letter.language == "ro"
    assert letter.subject == "Bună, Ana <b>"
    assert "2 lucruri" in letter.text
    assert "21 de lucruri" in templates.render("hello", "ro", **_SAID | {"count": 21}).text
    assert '<html lang="ro">' in letter.html


@pytest.mark.parametrize("locale", ["en-GB", "pl", "xx", "", "../../etc", "en_US.UTF-8"])
def test_whoever_reads_what_there_is_not_gets_english(templates: Templates, locale: str) -> None:
    letter = templates.render("hello", locale, **_SAID | {"count": 1})
    assert (letter.language, letter.subject) == ("en", "Hello, Ana <b>")
    assert "1 thing" in letter.text


def test_html_in_a_title_is_text_in_the_letter(templates: Templates) -> None:
    letter = templates.render("hello", "en", **_SAID)
    assert "Ana &lt;b&gt;" in letter.html
    assert "<b>" not in letter.html
    assert "Hello, Ana <b>" in letter.text
