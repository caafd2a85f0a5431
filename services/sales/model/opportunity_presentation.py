"""What people see of a deal: its way through the stages, its board, and its part of the first page."""

from kit.entity import Presentation
from kit.entity.presentation import Action, Ask, Board, Panel, Path, Tile, View

_OPEN = 'outcome = "open"'
_MINE = "owner_id = me()"

_VIEWS = (
    View("open", "Open", _OPEN, "expected_close_on"),
    View("won", "Won", 'outcome = "won"', "closed_on desc"),
    View("lost", "Lost", 'outcome = "lost"', "closed_on desc"),
    View(
        "closing",
        "Closing in 30 days",
        f"{_OPEN} AND expected_close_on <= today(30)",
        "expected_close_on",
    ),
)

_CLOSED_ON = Ask("closed_on", help="Today when left empty.")
_REASON = Ask("reason", required=True)

_ACTIONS = (
    Action(
        "Win",
        "Mark as won",
        "trophy",
        when=_OPEN,
        past="marked this as won",
        asks=(
            Ask("amount", "Realised value", "The estimated value when left empty."),
            _CLOSED_ON,
            Ask("reason"),
        ),
    ),
    Action(
        "MoveStage",
        "Move stage",
        "arrow-right",
        when=_OPEN,
        past="moved the stage",
        asks=(Ask("stage_id", required=True), Ask("reason", help="Some stages ask for it.")),
    ),
    Action(
        "Lose",
        "Mark as lost",
        "x-circle",
        when=_OPEN,
        past="marked this as lost",
        asks=(_REASON, _CLOSED_ON),
    ),
    Action(
        "Reopen",
        "Reopen opportunity",
        "arrow-uturn-left",
        when='outcome != "open"',
        past="reopened this",
        asks=(Ask("stage_id", help="Where it stood before when left empty."), _REASON),
    ),
)

_TILES = (
    Tile("Open pipeline", _OPEN, "amount", hint="Nobody has estimated their value yet"),
    Tile(
        "Won this month",
        'outcome = "won"',
        "realised_amount",
        this_month="closed_on",
        hint="Without an amount",
    ),
    Tile(
        "Past their closing day",
        f"{_OPEN} AND expected_close_on < today()",
        hint="Set a new day or close them",
    ),
)

_PANELS = (
    Panel("numbers", "Figures", 10, mine=_MINE, tiles=_TILES),
    Panel(
        "opportunities",
        "Open opportunities, first to close",
        20,
        _OPEN,
        _MINE,
        "expected_close_on",
        ("name", "stage_id", "amount", "expected_close_on"),
        empty="There is no open opportunity.",
    ),
    Panel(
        "pipeline",
        "Pipeline by stage",
        40,
        _OPEN,
        _MINE,
        bars_over="stage_id",
        sums="amount",
        view="board",
    ),
)

OPPORTUNITY = Presentation(
    icon="briefcase",
    area="sales",
    rank=40,
    sought=True,
    facts=("amount", "stage_id", "expected_close_on"),
    views=_VIEWS,
    tones={"outcome": {"open": "blue", "won": "green", "lost": "red"}},
    tabs={"conversion_id": ""},
    actions=_ACTIONS,
    panels=_PANELS,
    path=Path("stage_id", ends="outcome", hoped="won", verb="MoveStage", last="Win"),
    board=Board(
        "stage_id",
        "MoveStage",
        ends="outcome",
        wants="asks_reason",
        reason="reason",
        line="account_id",
        amount="amount",
        day="expected_close_on",
        ended="closed_on",
    ),
)
