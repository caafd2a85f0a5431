"""The eight processes of a system and the order in which they need one another."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Process:
    """One of our programs: a service, or the gateway in front of them."""

    name: str
    after: tuple[str, ...] = ()
    has_database: bool = True

    @property
    def module(self) -> str:
        return f"services.{self.name}.main" if self.has_database else f"{self.name}.main"


# Everyone replicates the policy of identity, so it answers first.
BEHIND_IDENTITY = ("parties", "sales", "campaigns", "helpdesk", "scheduling", "chat")
GATEWAY = Process("gateway", after=("identity", *BEHIND_IDENTITY), has_database=False)
PROCESSES = (
    Process("identity"),
    *(Process(name, after=("identity",)) for name in BEHIND_IDENTITY),
    GATEWAY,
)
SERVICES = tuple(process for process in PROCESSES if process.has_database)
