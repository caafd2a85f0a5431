"""What a note says as HTML: a small Markdown, of which nothing that acts is left."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from uuid import UUID

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from gateway.web.frame.presenting import Titles
from kit.entity.kinds import PERSON

_TAGS = set(re.findall(r"\w+", "p br hr strong em a code pre blockquote ul ol li h3 h4 h5 h6"))
_SCHEMES = ("http:", "https:", "mailto:")
# A note stands under the heading of its page and that of all notes.
_HEADINGS_BELOW, _LOWEST = 2, 6
_AT = "@"
# Text that means something has few of these; a thousand in a row would keep everybody waiting.
_SIGNS, _MOST_SIGNS = re.compile(r"[\[\]*_`<&!\\]"), 1_000
_KEPT = 1_000

_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["image", "html_inline", "html_block", "reference"]
)


def html_of(text: str, titles: Titles, people: str = "") -> Markup:
    """The text as a page may hold it; those mentioned are called as they are now, and lead to `people`."""
    named = {id_: title for (entity, id_), title in titles.items() if entity == PERSON}
    return _html(text, tuple((id_, name) for id_, name in named.items() if id_ in text), people)


@lru_cache(_KEPT)
def _html(text: str, names: tuple[tuple[str, str], ...], people: str) -> Markup:
    if sum(1 for _ in _SIGNS.finditer(text)) > _MOST_SIGNS:
        return Markup("<p>{}</p>").format(text)
    return _made(text, dict(names), people)


def _made(text: str, names: Mapping[str, str], people: str) -> Markup:
    tokens = _markdown.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1:]) + _HEADINGS_BELOW, _LOWEST)}"
        elif token.children:
            _mend_links(token.children, names, people)
    made = _markdown.renderer.render(tokens, _markdown.options, {})
    clean = nh3.clean(
        made,
        tags=_TAGS,
        attributes={"a": {"href", "class"}, "ol": {"start"}},
        url_schemes={each.rstrip(":") for each in _SCHEMES},
        link_rel="noopener noreferrer",
    )
    return Markup(clean)  # noqa: S704 - nh3 has left nothing in it that acts


def _mend_links(tokens: Sequence[Token], names: Mapping[str, str], people: str) -> None:
    """Mentions lead to the person, other links where they say, if that is on the web or by mail."""
    for place, token in _links(tokens):
        href = str(token.attrGet("href") or "")
        before = tokens[place - 1] if place else None
        person = _person(href) if before and before.content.endswith(_AT) else ""
        if person and before is not None:
            before.content = before.content.removesuffix(_AT)
            token.attrs = {"class": "mention"}
            if people:
                token.attrs["href"] = f"{people}/{person}"
            _name(tokens, place, names.get(person, ""))
        elif not href.lower().startswith(_SCHEMES):
            token.attrs = {}


def _links(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    return ((place, each) for place, each in enumerate(tokens) if each.type == "link_open")


def _person(href: str) -> str:
    try:
        return str(UUID(href))
    except ValueError:
        return ""


def _name(tokens: Sequence[Token], place: int, name: str) -> None:
    """A mention is one text, whatever stood between its brackets."""
    inside = []
    for each in tokens[place + 1 :]:
        if each.type == "link_close":
            break
        inside.append(each)
    written = "".join(each.content for each in inside)
    for each in inside:
        each.type, each.content, each.nesting, each.children = "text", "", 0, None
    if inside:
        inside[0].content = _AT + (name or written)
