"""Whatever stands in a file, care says something sensible about it or nothing, and never fails."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from conversations import checking
from conversations.checking import approvals
from conversations.checking.care.examples import whole
from conversations.checking.care.rules import OVERRIDE, RULES
from conversations.checking.problems import ADVICE, ERROR, Problem
from tests.conversations.test_checking_properties import PIECES, VALID, VALUES
from tests.conversations.written import always, dump, source, tables


def review(text: str) -> list[Problem]:
    return checking.review(text, "a.toml")


def said(text: str) -> str:
    return "\n".join(map(str, review(text)))


def holds(text: str) -> None:
    for problem in review(text):
        assert 1 <= problem.line <= text.count("\n") + 2
        assert problem.what
        assert problem.do
        assert problem.level in {ERROR, ADVICE}
        assert problem.rule in {"", OVERRIDE, approvals.RULE, *RULES}


@always
@given(VALID, st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), PIECES), max_size=3))
def test_any_mangled_file_is_reviewed(text: str, changes: list[tuple[float, int, str]]) -> None:
    for share, cut, piece in changes:
        at = int(share * len(text))
        text = text[:at] + piece + text[at + cut :]
    holds(text)


@always
@given(st.text(min_size=1), st.text(min_size=1), st.sampled_from(["text", "yes-no", "scale", "say", "number", "date", "place"]))
def test_any_words_are_reviewed(welcome: str, ask: str, kind: str) -> None:
    step = {"id": "one", "kind": kind, "ask": {"en": ask}} | ({} if kind == "say" else {"optional": True})
    last = {"id": "last", "kind": "yes-no", "ask": {"en": "So?"}}
    head = whole("").partition("[charter]")[0]
    holds(
        f"{head}welcome.en = {dump(welcome)}\nsteps = {dump([step, last])}\n"
        + whole("").partition("[[steps]]")[0].partition(head)[2]
    )


@always
@given(tables(), st.dictionaries(st.sampled_from(["overrides", "welcome", "kind", "audience"]), VALUES, max_size=2))
def test_any_table_is_reviewed(table: dict[str, object], more: dict[str, object]) -> None:
    holds(source({**table, **more}))
