"""Descriptions read once: as long as the services say the same, the catalogue stays the same."""

from collections import OrderedDict

from gateway.web.api import Json
from gateway.web.described.catalog import Catalog

# As many as there are different combinations of profiles and roles at work at one time.
MOST = 200


class Catalogs:
    """Catalogues by the very descriptions that they were made from."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str | int, ...], tuple[Json, Catalog]] = OrderedDict()

    def of(self, description: Json, language: str = "en") -> Catalog:
        """The catalogue; what it was made from is kept with it, so that no id is ever reused."""
        key: tuple[str | int, ...] = (
            language,
            *(id(entity) for entity in description.get("entities", ())),
        )
        if key not in self._known:
            self._known[key] = (description, Catalog(description, language))
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key][1]
