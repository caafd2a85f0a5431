"""Whoever reads what the pages show, on a page or in a letter: what that person may see, and how it reads."""

from dataclasses import dataclass
from functools import cached_property

from gateway.web.api import Api, Json
from gateway.web.described.catalog import Catalog
from gateway.web.described.catalogs import Catalogs
from gateway.web.frame.presenting import Presenter


@dataclass(frozen=True)
class Reader:
    """One person, with the API as that person may use it."""

    api: Api
    me: Json
    catalog: Catalog

    @staticmethod
    async def of(api: Api, catalogs: Catalogs) -> "Reader":
        """Whoever is calling."""
        me = await api.me()
        return Reader(api, me, catalogs.of(await api.describe(), str(me.get("locale") or "en")[:2]))

    @cached_property
    def presenter(self) -> Presenter:
        slugs = {entity.name: entity.slug for entity in self.catalog if entity.may("view")}
        return Presenter.of(self.me, slugs)
