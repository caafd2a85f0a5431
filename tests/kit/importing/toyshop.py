"""Files for toys, which one service owns."""

from kit.testing.serving import Serving
from tests.kit.importing.office import Office


class Toyshop(Office):
    """The one service of toys, for which files come."""

    def serving(self, entity: str) -> Serving:
        return self.sales
