"""XC-03: what a note says as HTML, whatever was typed."""

from html.parser import HTMLParser

import pytest

from gateway.web.record.markdown import html_of
from kit.entity.kinds import PERSON

ANA = "01a20009-c19e-7a5d-a06b-e61b9c88d255"


class _Read(HTMLParser):
    """What a browser would make of it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name == "href"]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("**b** *i* `c`", "<p><strong>b</strong> <em>i</em> <code>c</code></p>"),
        ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"),
        ("a\nb", "<p>a<br>\nb</p>"),
        ("# Head", "<h3>Head</h3>"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>"),
        (
            "[x](https://a.b)",
            '<p><a href="https://a.b" rel="noopener noreferrer">x</a></p>',
        ),
        ("[x](/logout)", '<p><a rel="noopener noreferrer">x</a></p>'),
        ("[x](//evil.example)", '<p><a rel="noopener noreferrer">x</a></p>'),
    ],
)
def test_a_small_markdown_is_understood_and_nothing_else(typed: str, shown: str) -> None:
    assert html_of(typed, {}).strip() == shown


@pytest.mark.parametrize(
    "typed",
    [
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&#58;alert(1))",
        "<javascript:alert(1)>",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://a.b/c.png)",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:x" onclick="x">y</a>',
        "<svg/onload=alert(1)>",
        "```\n</code><script>x</script>\n```",
        f'@["><script>x</script>]({ANA})',
    ],
)
def test_nothing_that_acts_is_left(typed: str) -> None:
    read = _Read()
    read.feed(html_of(typed, {(PERSON, ANA): "<script>x</script>"}, "/people"))
    assert read.tags <= {"p", "a", "code", "pre", "br"}
    assert read.attributes <= {"href", "class", "rel"}
    assert all(each.startswith(("https://a.b/", "/people/")) for each in read.addresses)


def test_whoever_is_mentioned_is_called_as_now_and_leads_to_the_person() -> None:
    html = html_of(f"Ask @[Ana **P**]({ANA}).", {(PERSON, ANA): "Ana Pop"}, "/people")
    assert f'href="/people/{ANA}"' in html
    assert ">@Ana Pop</a>." in html
    hidden = html_of(f"Ask @[Ana P]({ANA}).", {})
    assert hidden.strip() == ('<p>Ask <a class="mention" rel="noopener noreferrer">@Ana P</a>.</p>')


def test_what_is_nothing_but_signs_is_shown_as_it_is() -> None:
    """Reading it as Markdown would keep everybody else waiting."""
    assert html_of("[" * 10_000, {}) == f"<p>{'[' * 10_000}</p>"
    assert html_of("<" * 2_000, {}) == f"<p>{'&lt;' * 2_000}</p>"
