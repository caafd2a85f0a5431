"""What people see of an entity: where it stands, what its pages say first, and which views they offer.

It stands beside the entity's fields and rules and travels in `Describe`, so that no client has to know
an entity by its name. Fields are named as the contract names them; filters and orders are written in
the language of lists. Texts are English sources, to be translated by whoever shows them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class View:
    """One built-in tab over a list."""

    key: str
    label: str
    filter: str
    order_by: str = ""


@dataclass(frozen=True)
class Ask:
    """How the form of a verb asks for one input, in words for people; what is not asked is left open."""

    name: str
    label: str = ""
    help: str = ""
    initial: str = ""
    required: bool = False
    # Typed unseen, like a password.
    unseen: bool = False


@dataclass(frozen=True)
class Action:
    """A verb as a button, in the words of people; the first that is offered is the next best step."""

    verb: str
    label: str
    icon: str = "bolt"
    # Offered while this filter matches the record; the rule itself decides in the service.
    when: str = ""
    # How the history tells it, e.g. `marked this as won`.
    past: str = ""
    # What its form asks for, in this order.
    asks: tuple[Ask, ...] = ()
    # The field of the answer that names the record to go on to.
    leads_to: str = ""
    # Done once right after a record was made, e.g. to give a client its first secret.
    at_once: bool = False


@dataclass(frozen=True)
class Path:
    """The way of a record as steps, of which one is the current.

    Over `Steps` the field says them, over a picklist they are named here; any other value stands last,
    where it broke off. Over a reference they are the records that may be chosen, in their own order:
    `ends` is the field by which both say whether the way is over, `hoped` the end that is shown while
    it goes on.
    """

    field: str
    steps: tuple[str, ...] = ()
    ends: str = ""
    hoped: str = ""
    # The verb that takes a step, and the one that takes the last.
    verb: str = ""
    last: str = ""


@dataclass(frozen=True)
class Board:
    """A list as columns: one for each record that a reference may name, in their own order."""

    field: str
    verb: str
    # By which field record and column say whether the way is over; a column of it is an end.
    ends: str = ""
    # The field of a column that says that entering it wants a reason, and the input that takes it.
    wants: str = ""
    reason: str = ""
    # What a card shows.
    line: str = ""
    person: str = "owner_id"
    amount: str = ""
    day: str = ""
    ended: str = ""


@dataclass(frozen=True)
class Became:
    """What a record turned into, once `when` is filled: it is closed and leads on to these."""

    when: str
    fields: tuple[str, ...]
    # With `%(when)s` for how long ago it was.
    says: str
    # The verb that does it, and the one that takes it back; its answer is told as `UndoneConversion` is.
    verb: str = ""
    undone_by: str = ""


@dataclass(frozen=True)
class Figure:
    """One number of a result; `beside` are smaller ones, which `note` explains."""

    field: str
    label: str
    beside: tuple[str, ...] = ()
    note: str = ""
    unit: str = ""
    # Said in its place where it is empty and there are rows in other currencies.
    unknown: str = ""


@dataclass(frozen=True)
class Figures:
    """The result of a record as numbers above its fields; `others` are rows in other currencies."""

    items: tuple[Figure, ...]
    others: str = ""
    others_label: str = ""


@dataclass(frozen=True)
class Log:
    """Lines that tell what happened to the record that `of` names, on the page of that one."""

    title: str
    of: str
    at: str
    by: str
    before: str
    after: str
    reason: str = ""


@dataclass(frozen=True)
class Calendar:
    """When a record takes place; those `of` another are shown on its page as a week."""

    starts: str
    ends: str
    all_day: str = ""
    of: str = ""
    # Which of them count, and what a new one is called on the other's page.
    filter: str = ""
    action: str = ""
    # The verb of the other that tells when it is taken, by what the reader may not see too; its inputs
    # and answers are named like `starts` and `ends`.
    taken: str = ""


@dataclass(frozen=True)
class Tile:
    """One figure of the day: how many rows, and the sum of a field by currency where one is named."""

    label: str
    filter: str
    sums: str = ""
    # The day by which only the rows of this month count.
    this_month: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Panel:
    """One panel of the first page: rows in an order, bars over a reference, or tiles."""

    name: str
    title: str
    rank: int
    filter: str = ""
    # What narrows it to the work of whoever looks.
    mine: str = ""
    order_by: str = ""
    columns: tuple[str, ...] = ()
    bars_over: str = ""
    sums: str = ""
    tiles: tuple[Tile, ...] = ()
    # The view, or `board`, to which it leads.
    view: str = ""
    empty: str = ""


@dataclass(frozen=True)
class Presentation:
    """Everything that people see of an entity beyond its fields."""

    icon: str = "rectangle-stack"
    # The area of the rail: marketing, sales, customers, support, calendar or administration. Without
    # one it is a part of other pages, and nobody goes looking for a list of it.
    area: str = ""
    # Its place among others, in menus, tabs and what is found: the lower, the earlier.
    rank: int = 50
    # Whether records belong to somebody; the organisation's own settings belong to nobody in particular.
    owned: bool = True
    # Whether the search over everything looks here.
    sought: bool = False
    # The fields under the title; the first three that are filled are shown.
    facts: tuple[str, ...] = ()
    # The order of a list that nobody has ordered.
    order_by: str = ""
    views: tuple[View, ...] = ()
    # References by whose titles a record goes that has no name of its own.
    named_after: tuple[str, ...] = ()
    # What the records naming another in this field are called there; empty where it makes no tab.
    tabs: Mapping[str, str] = field(default_factory=dict)
    # References that make one tab of all that touches a record, by the filter `touches`.
    touches: tuple[str, ...] = ()
    # By field and value: the tone of a badge (green, red, blue or amber), which `Steps` say themselves,
    # and the words for a value.
    tones: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # By field and value: the entity that the reference beside it names.
    targets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    actions: tuple[Action, ...] = ()
    panels: tuple[Panel, ...] = ()
    path: Path | None = None
    board: Board | None = None
    became: Became | None = None
    figures: Figures | None = None
    log: Log | None = None
    calendar: Calendar | None = None
