"""`./rapport test` without a browser: our condition joins the caller's."""

from cli.commands.test import _parallel, _without_browser


def test_browser_tests_are_left_out() -> None:
    assert _without_browser([]) == ["-m", "not browser"]


def test_the_callers_condition_stays() -> None:
    assert _without_browser(["-m", "system"]) == ["-m", "(system) and not browser"]


def test_the_caller_may_choose_the_number_of_workers() -> None:
    assert _parallel(["-n0"]) == []
    assert _parallel(["-k", "sales"])[0] == "-n"
