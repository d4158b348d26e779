"""Whatever stands in a file, `check` says something about it and never fails; what it passes can be run."""

from __future__ import annotations

import datetime as dt
import itertools
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import checking, flow
from conversations.checking import places, proofs
from conversations.checking.places import Path
from conversations.checking.problems import Findings
from conversations.conditions import met
from conversations.flow import Flow, Option, Step, offered
from conversations.inputs import Open
from conversations.library import SHIPPED
from conversations.questions import KINDS, Misread, weigh
from conversations.session import Answer
from tests.conversations.talks import Talk
from tests.conversations.written import always, source, tables
from tests.conversations.wrong_files import GOOD

pytestmark = pytest.mark.promise("P15")

VALID = st.sampled_from([GOOD, *SHIPPED.values()])
PIECES = st.one_of(
    st.sampled_from(
        ["[", "]", "{", "}", '"', "'''", '"""', "=", ".", ",", "#", "\n", "\r", "\ufeff", "[[steps]]", "when = {}", "\\"]
    ),
    st.sampled_from(['id = "who"', "[steps.when]", "[[steps.options]]", "true", "1e400", "nan", "-0", "2027-01-01", "[charter]"]),
    st.text(max_size=5),
)
VALUES = st.recursive(
    st.one_of(
        st.text(max_size=8), st.integers(), st.booleans(), st.dates(), st.sampled_from(["who", "have", "en", "choice", "say"])
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["en", "cy", "is", "not", "id", "who"]), inner),
    max_leaves=6,
)


def take(text: str) -> None:
    """Check a text; where nothing is wrong, it must be possible to run it to its end."""
    found = checking.check(text, "a.toml")
    assert all(1 <= problem.line <= text.count("\n") + 2 and problem.what and problem.do for problem in found)
    if found:
        return
    talk = Talk(flow.read(text))
    talk.do(Open(talk.flow.id))
    for _ in talk.flow.steps:
        if talk.question:
            talk.answer()
    assert talk.session
    assert talk.session.finished


@always
@given(st.text())
def test_any_text_is_checked(text: str) -> None:
    take(text)


@always
@given(VALID, st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), PIECES), min_size=1, max_size=3))
def test_a_good_file_with_pieces_cut_out_and_put_in_is_checked(text: str, cuts: list[tuple[float, int, str]]) -> None:
    for where, length, piece in cuts:
        at = int(where * len(text))
        text = text[:at] + piece + text[at + length :]
    take(text)


@always
@given(VALID, st.data())
def test_a_good_file_with_its_lines_mixed_up_is_checked(text: str, data: st.DataObject) -> None:
    lines = text.splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        one, other = data.draw(st.sampled_from(range(len(lines)))), data.draw(st.sampled_from(range(len(lines))))
        lines[one] = data.draw(st.sampled_from([lines[other], "", f"{lines[one]}\n{lines[other]}"]))
    take("\n".join(lines))


@always
@given(tables(), st.data())
def test_a_good_table_with_any_value_anywhere_is_checked(table: dict[str, Any], data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(list(_paths(table))))
    inside: Any = table
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = data.draw(VALUES)
    take(source(table))


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield (*path, key)
        yield from _paths(each, (*path, key))


@always
@given(tables())
def test_what_is_said_never_to_be_met_is_met_by_no_answers(table: dict[str, Any]) -> None:
    drawn = flow.build(tomllib.loads(source(table)), "drawn")
    findings = Findings("a.toml", places.locate(source(table)))
    proofs.check(drawn, findings)
    told = {problem.what.split('"')[1] for problem in findings.found if "never be asked" in problem.what}
    everyone = list(itertools.islice(_everyone(drawn), 3000))
    asked = {step for answers, person in everyone for step in _asked(drawn, answers, person)}
    assert not told & asked
    stuck = any("too few options" in problem.what for problem in findings.found)  # nobody comes further than that
    if len(everyone) < 3000 and not stuck:
        proved = {step.id for step in drawn.steps if step.kind != "section" and not step.other_of and step.section not in told}
        assert proved - asked == told & proved


def _asked(drawn: Flow, answers: dict[str, Answer], person: dict[str, str]) -> set[str]:
    return {step.id for step in flow.path(drawn, answers, person)}


def _everyone(drawn: Flow) -> Iterator[tuple[dict[str, Answer], dict[str, str]]]:
    """Everybody who answers all questions in some way, one of each kind."""
    for language in ("en", "cy", "pl"):
        person = {"language": language}
        for answers in _answered(drawn, 0, {}, person):
            yield answers, person


def _answered(drawn: Flow, place: int, answers: dict[str, Answer], person: dict[str, str]) -> Iterator[dict[str, Answer]]:
    if place == len(drawn.steps):
        yield answers
        return
    step = drawn.steps[place]
    if not step.asks or not met(step.when, answers, person):
        yield from _answered(drawn, place + 1, answers, person)
        return
    ways = list(_ways(step, offered(step, answers, person)))
    stuck = not ways and not step.optional
    for way in [*ways, *([Answer(skipped=True)] if step.optional else [])]:
        yield from _answered(drawn, place + 1, {**answers, step.id: way}, person)
    if stuck:
        yield answers  # they come no further


def _ways(step: Step, options: Sequence[Option]) -> Iterator[Answer]:
    """Every answer that can be picked, and enough of those that can only be typed."""
    kind = KINDS[step.kind]
    if not kind.picks:
        words = [
            "words",
            "-1",
            "0",
            "1",
            "5",
            "6",
            "7.5",
            "8",
            "100",
            "ME14",
            "ZE1",
            "S1",
            *(f"2027-01-0{n}" for n in range(1, 5)),
            "2026-12-31",
        ]
        yield from (a for w in words if isinstance(a := kind.read(step, (), w, dt.date(2027, 1, 4)), Answer))
        return
    sizes = range(1, len(options) + 1) if kind.many else [1]
    some = itertools.permutations if kind.ordered else itertools.combinations
    picks = (tuple(o.id for o in picked) for size in sizes for picked in some(options, size))
    yield from (a for p in itertools.islice(picks, 4000) if not isinstance(a := weigh(step, options, p), Misread))


@always
@given(tables())
def test_every_part_of_a_file_is_found_on_its_own_line(table: dict[str, Any]) -> None:
    lines = [line for line in source(table).splitlines() if line]
    found = places.locate("\n".join(lines))
    for number, key in enumerate(table, 1):
        assert found.line((key,)) == number
    for path in _paths(table):
        assert path in found.lines or path[-1:] == ("en",)
        assert found.line(path) == found.line(path[:1])
