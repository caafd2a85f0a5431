"""Where a checker is told to look away, the line says why."""

import io
import re
import tokenize

from tests.architecture.sources import ROOT, tracked

_LOOK_AWAY = re.compile(r"#\s*(noqa|type:\s*ignore)")
_REASONED = re.compile(
    r"# noqa: [A-Z]+\d+(, [A-Z]+\d+)* - \S.*|# type: ignore\[[a-z-]+(, [a-z-]+)*\] +# \S.*"
)


def test_who_looks_away_says_why() -> None:
    """`# noqa: X123 - the reason`, `# type: ignore[what]  # the reason`, on the line that needs it."""
    bare = []
    for path in tracked("*.py"):
        text = path.read_text()
        if not _LOOK_AWAY.search(text):
            continue
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            told = token.type == tokenize.COMMENT and _LOOK_AWAY.search(token.string)
            if told and not _REASONED.fullmatch(token.string):
                bare.append(f"{path.relative_to(ROOT)}:{token.start[0]}: {token.string}")
    assert bare == []
