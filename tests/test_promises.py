"""The promise table claims no more than a run has shown."""

import pytest

from tests import readme
from tests.promises import PROMISES, Claim, Tally


def tally(*ended: tuple[str, str, bool, str]) -> Tally:
    """A run of one test for each (promise, database, is a control, outcome)."""
    run = Tally()
    for number, (promise, database, control, outcome) in enumerate(ended):
        run.claims[str(number)] = [Claim(promise, database, control)]
        run.outcomes[str(number)] = outcome
    return run


def test_a_tick_needs_the_test_and_its_control_on_that_database() -> None:
    run = tally(("P1", "sqlite", False, "passed"), ("P1", "sqlite", True, "passed"), ("P1", "postgresql", False, "passed"))
    assert run.status("P1", "sqlite") == "✓"
    assert run.status("P1", "postgresql") == "no control"


@pytest.mark.parametrize("control", [False, True])
def test_one_failure_takes_the_tick_away(control: bool) -> None:  # noqa: FBT001  pytest hands it over by name
    run = tally(("P1", "sqlite", False, "passed"), ("P1", "sqlite", True, "passed"), ("P1", "sqlite", control, "failed"))
    assert run.status("P1", "sqlite") == "✗"


@pytest.mark.parametrize("control", [False, True])
def test_what_was_skipped_is_not_ticked(control: bool) -> None:  # noqa: FBT001  as above
    run = tally(("P1", "sqlite", False, "passed"), ("P1", "sqlite", True, "passed"), ("P1", "sqlite", control, "skipped"))
    assert run.status("P1", "sqlite") == "not run"


def test_a_promise_about_stored_things_is_not_ticked_by_a_test_without_a_database() -> None:
    run = tally(("P1", "", False, "passed"), ("P1", "", True, "passed"))
    assert run.status("P1", "sqlite") == "not run"


def test_a_promise_that_stores_nothing_is_ticked_for_both() -> None:
    run = tally(("P16", "", False, "passed"), ("P16", "", True, "passed"))
    assert run.status("P16", "sqlite") == run.status("P16", "postgresql") == "✓"


def test_a_part_of_the_tests_earns_no_tick() -> None:
    run = tally(("P16", "", False, "passed"), ("P16", "", True, "passed"))
    assert not any("✓" in line for line in run.table(whole=False))


def test_the_account_tells_what_holds_and_what_was_broken_on_purpose() -> None:
    run = Tally()
    for test, control, outcome in (
        ("a.py::test_it_holds[sqlite]", False, "passed"),
        ("a.py::test_a_leak_is_caught", True, "failed"),
    ):
        run.claims[test] = [Claim("P1", "" if control else "sqlite", control)]
        run.outcomes[test] = outcome
    assert list(run.account())[1:] == [
        "   holds              it holds  [✓ SQLite]",
        "   broken on purpose  a leak is caught  [✗]",
    ]


def test_every_promise_has_a_line() -> None:
    lines = list(Tally().table(whole=True))
    assert [line.split()[0] for line in lines[1:]] == list(PROMISES)
    assert all("not built yet" in line or "with --long" in line for line in lines[1:])


def test_a_failed_tear_down_fails_the_test() -> None:
    run = Tally()
    for when, outcome in (("setup", "passed"), ("call", "passed"), ("teardown", "failed")):
        run.pytest_runtest_logreport(pytest.TestReport("one", ("", 0, ""), {}, outcome, None, when))  # type: ignore[arg-type]
    assert (run.count("passed"), run.count("failed")) == (0, 1)


def test_the_readme_has_a_line_for_every_promise_in_its_words() -> None:
    found = readme.BLOCK.search(readme.README.read_text("utf-8"))
    assert found
    told = [line.split(" | ")[:2] for line in found[0].splitlines()[2:]]
    assert told == [[f"| {name}", promise.title] for name, promise in PROMISES.items()]


def test_a_table_in_the_readme_that_claims_more_than_a_run_showed_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WITHUS_DOCS", raising=False)
    assert "WITHUS_DOCS=1" in readme.settle(tally(("P1", "sqlite", False, "passed")))
