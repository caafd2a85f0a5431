"""What an entity says of its own looks names what there is: fields, verbs, values, other entities."""

import pytest

from kit.access.policy import Policy
from kit.actor import Actor
from kit.describe import named_in
from kit.entity import Choice, Picklist, Record, Reference, References, Rows, Steps, Words
from kit.entity.presentation import Action, Board, Panel, View
from kit.query import names, parse
from kit.records.read.askable_fields import Asked
from tests.entities.cases import CASES, Case

every = pytest.mark.parametrize("case", CASES.values(), ids=str)

AREAS = {
    "marketing",
    "sales",
    "customers",
    "support",
    "calendar",
    "reports",
    "tags",
    "administration",
    "",
}
TONES = {"green", "red", "blue", "amber", ""}


def _target(record: type[Record], name: str) -> type[Record]:
    """The entity that a reference of the record names."""
    kind = record.fields[name].said.kind
    assert isinstance(kind, Reference | References), name
    return CASES[kind.target].record


@every
def test_facts_tabs_and_names_are_fields(case: Case) -> None:
    record, told = case.record, case.record.presentation
    assert told.area in AREAS
    assert set(told.facts) <= set(record.fields)
    ordered = named_in(View("", "", "", told.order_by))
    assert ordered <= set(record.fields)
    for name in (*told.tabs, *told.named_after):
        _target(record, name)


@every
def test_views_ask_for_fields_and_have_names_of_their_own(case: Case) -> None:
    views = case.record.presentation.views
    assert len({view.key for view in views}) == len(views)
    asked = set(Asked(Policy().permit(Actor.system("tests"), case.record)))
    for view in views:
        assert named_in(view) <= asked, view.key


@every
def test_tones_and_words_are_of_values_that_there_are(case: Case) -> None:
    record, told = case.record, case.record.presentation
    for said in (told.tones, told.words, told.targets):
        for name, values in said.items():
            kind = record.fields[name].said.kind
            assert isinstance(kind, Picklist | Choice | Words), name
            assert isinstance(kind, Choice) or set(values) <= set(kind.options), name
    assert {tone for each in told.tones.values() for tone in each.values()} <= TONES
    assert {each for values in told.targets.values() for each in values.values()} <= set(CASES)


@every
def test_an_action_is_a_verb_over_one_record_that_changes_something(case: Case) -> None:
    actions = [each.verb for each in case.record.presentation.actions]
    assert set(actions) <= _verbs(case)
    assert len(set(actions)) == len(actions)


def _verbs(case: Case) -> set[str]:
    standard = {"Get", "List", "Create", "Update", "Delete"}
    file = case.message.DESCRIPTOR.file
    methods = [each for service in file.services_by_name.values() for each in service.methods]
    return {
        each.name
        for each in methods
        if each.name not in standard
        and "id" in each.input_type.fields_by_name
        and each.GetOptions().idempotency_level != each.GetOptions().NO_SIDE_EFFECTS
    }


@every
def test_an_action_asks_for_what_its_message_holds(case: Case) -> None:
    methods = case.message.DESCRIPTOR.file.services_by_name.values()
    by_name = {each.name: each for service in methods for each in service.methods}
    for action in case.record.presentation.actions:
        inputs, answer = (
            by_name[action.verb].input_type.fields_by_name,
            by_name[action.verb].output_type.fields_by_name,
        )
        asked = {ask.name for ask in action.asks}
        assert asked <= set(inputs), action.verb
        must = {
            name for name, each in inputs.items() if not (each.has_presence or each.is_repeated)
        }
        assert must - {"id"} <= asked, f"{action.verb} is never whole without {must}"
        assert not action.leads_to or action.leads_to in answer, action.verb
        assert set(names(parse(action.when))) <= set(case.record.fields), action.verb
        _has_words(action)


def _has_words(action: Action) -> None:
    assert action.label[0].isupper()
    assert action.past
    assert action.past[0].islower()


@every
def test_the_way_and_the_board_lead_over_what_there_is(case: Case) -> None:
    record, told = case.record, case.record.presentation
    if told.path and isinstance(record.fields[told.path.field].said.kind, Steps):
        assert not told.path.steps, "the field says them itself"
    elif told.path and told.path.steps:
        assert set(told.path.steps) <= set(record.fields[told.path.field].said.kind.options)
    elif told.path:
        assert told.path.ends in _target(record, told.path.field).fields
        assert {told.path.verb, told.path.last} <= _verbs(case)
    if told.board:
        _board_holds(case, told.board)


def _board_holds(case: Case, board: Board) -> None:
    record, column = case.record, _target(case.record, board.field)
    assert {board.ends, board.wants} <= set(column.fields)
    shown = {board.ends, board.line, board.person, board.amount, board.day, board.ended}
    assert shown - {""} <= set(record.fields)
    assert board.verb in _verbs(case)


@every
def test_logs_calendars_and_results_are_of_fields(case: Case) -> None:
    record, told = case.record, case.record.presentation
    named = set()
    if told.log:
        log = told.log
        named |= {log.of, log.at, log.by, log.before, log.after, log.reason}
    if told.calendar:
        calendar = told.calendar
        named |= {calendar.starts, calendar.ends, calendar.all_day, calendar.of}
        named |= set(names(parse(calendar.filter)))
    if told.became:
        named |= {told.became.when, *told.became.fields}
    if told.figures:
        named |= {name for each in told.figures.items for name in (each.field, *each.beside)}
        others = record.fields[told.figures.others].said.kind
        assert isinstance(others, Rows)
    assert named - {""} <= set(record.fields)


@every
def test_panels_of_the_first_page_are_about_fields(case: Case) -> None:
    record = case.record
    for panel in record.presentation.panels:
        assert _named_by(panel) <= set(record.fields), panel.name
        views = {"all", "recent", "board", "", *(view.key for view in record.presentation.views)}
        assert panel.view in views


def _named_by(panel: Panel) -> set[str]:
    tiles = panel.tiles
    filters = [panel.filter, panel.mine, *(tile.filter for tile in tiles)]
    named = {name for each in filters for name in names(parse(each))}
    named |= {*panel.columns, panel.bars_over, panel.sums}
    named |= {name for tile in tiles for name in (tile.sums, tile.this_month)}
    return (named | named_in(View("", "", "", panel.order_by))) - {""}


def test_no_two_panels_and_no_two_entities_of_an_area_take_one_place() -> None:
    told = [case.record.presentation for case in CASES.values()]
    panels = [panel.rank for each in told for panel in each.panels]
    places = [(each.area, each.rank) for each in told if each.area]
    assert len(set(panels)) == len(panels)
    assert len(set(places)) == len(places)
