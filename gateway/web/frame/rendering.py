"""Templates become pages here; a page becomes special by existing."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from gateway.web.frame.assets import Assets
from gateway.web.frame.presenting import NONE, hue, initials
from gateway.web.words import gettext, ngettext
from kit.text.lists import joined
from kit.text.telephone import readable

FOLDER = Path(__file__).parents[2] / "templates"


class Templates:
    """The templates, with what every one of them may use."""

    def __init__(self, assets: Assets, folder: Path = FOLDER, **functions: Any) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.install_gettext_callables(  # type: ignore[attr-defined]  # jinja's extension adds it
            gettext, ngettext, newstyle=True
        )
        self._environment.globals.update(
            asset=assets.url,
            icon=assets.icon,
            initials=initials,
            hue=hue,
            readable_number=readable,
            joined_words=joined,
            NONE=NONE,
            **functions,
        )

    def render(self, names: Sequence[str], context: Mapping[str, Any]) -> str:
        """The first template that exists: `opportunities/detail.html` before the generic one."""
        return self._environment.select_template(list(names)).render(context)
