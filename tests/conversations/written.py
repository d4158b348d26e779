"""Any engagement somebody might write, and any way someone might answer it: what Hypothesis draws from."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st

from conversations import approval, checking, flow
from conversations.flow import Flow
from conversations.inputs import (
    Age,
    Ask,
    Back,
    Delete,
    Done,
    Input,
    Language,
    Leave,
    Link,
    Look,
    Open,
    Outcome,
    Refused,
    Silence,
    Skip,
    Tap,
    Words,
)  # fmt: skip
from conversations.questions import KINDS

LABELS = (
    "Yes please", "Not at all", "Later", "Pass", "Done", "Back", "Stop", "Menu", "Travel, food and rest", "Thinking and memory",
    "16 or 17", "Someone else’s idea", "A long label that says more than it would need to say", "اردو میں", "Ärger 👩‍👩‍👧",
    "Not now", "Skip this", "Travel", "Rest", "Zdrowie", "ohne", "Ça va",
)  # fmt: skip
always = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
"""Enough to find what one in fifty finds, on a slow machine in seconds."""

COUNTED = ("choice", "choices")

MEASURED: dict[str, list[dict[str, Any]]] = {
    "scale": [{}, {"at_least": 0, "at_most": 10}, {"at_least": -1, "at_most": 1, "low": {"en": "Bad"}, "high": {"en": "Good"}}],
    "number": [{}, {"at_least": 0, "at_most": 120}, {"whole": False, "at_most": 7.5}, {"unit": {"en": "hours"}}],
    "date": [{}, {"at_most": "today"}, {"at_least": dt.date(2026, 12, 20), "at_most": dt.date(2027, 3, 1)}],
}
"""Bounds a step of each measuring kind may have."""


def dump(value: Any) -> str:
    """A value as TOML writes it inline; tables and lists made of plain things only."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {dump(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(dump, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value) if isinstance(value, bool | int | float) else str(value)


def source(table: dict[str, Any]) -> str:
    """An engagement file with this table in it."""
    return "".join(f"{_key(key)} = {dump(value)}\n" for key, value in table.items())


def _key(key: str) -> str:
    return json.dumps(key, ensure_ascii=False).replace("\x7f", "\\u007f")


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    """The table of an engagement of up to six steps; nearly always one without problems."""
    tags = draw(st.sampled_from([["en"], ["en", "cy"], ["en", "ur"]]))

    def text(words: str) -> dict[str, str]:
        return {tag: words if tag == "en" else f"{words} ({tag})" for tag in tags}

    steps: list[dict[str, Any]] = []
    for place in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from([*COUNTED, *COUNTED, *KINDS]))
        step: dict[str, Any] = {"id": f"s{place}", "kind": kind, "ask": text(draw(_asks(steps)))}
        if "options" in KINDS[kind].needs:
            most = draw(st.sampled_from([5, 5, 16])) if kind == "choice" else 5
            labels = draw(st.lists(st.sampled_from(LABELS), min_size=2, max_size=most, unique=True))
            step["options"] = [{"id": f"o{n}", "label": text(label)} for n, label in enumerate(labels)]
        if KINDS[kind].many:
            _draw_bounds(draw, step)
        if kind in COUNTED and draw(st.integers(0, 3)) == 0:
            step["options"][0]["other"] = True
        if kind in MEASURED:
            measured = draw(st.sampled_from(MEASURED[kind]))
            step |= {key: text(value["en"]) if isinstance(value, dict) else value for key, value in measured.items()}
        if kind == "consent":
            step["says"] = text("My words may be read out.")
        if KINDS[kind].asks:
            step["optional"] = draw(st.booleans())
            if draw(st.integers(0, 4)) == 0:
                step["sensitive"] = text("The next question may be hard.")
        _draw_whens(draw, step, steps)
        steps.append(step)
    charter = {key: text(key) for key in ("settles", "decided_by", "can_change", "cannot_change")}
    drawn = {
        "format": 1, "id": "drawn", "kind": "consultation", "title": text("Drawn"), "identity": "named", "audience": "everyone",
        "charter": {**charter, "feedback_by": dt.date(2027, 2, 26)}, "steps": steps,
    }  # fmt: skip
    return drawn | {"approved": approvals(drawn)} if tags[1:] else drawn


def approvals(table: dict[str, Any]) -> dict[str, Any]:
    """The `approved` table of an engagement all of whose words someone has read."""
    found = list(approval.texts(table))
    own = approval.source_language(table)
    tags = dict.fromkeys(tag for words in found for tag in words.text if tag != own)
    return {
        tag: {
            "by": "A translator",
            "on": dt.date(2026, 11, 20),
            "texts": {w.name: approval.fingerprint(w.text.get(own, ""), w.text[tag]) for w in found if tag in w.text},
        }
        for tag in tags
    }


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """A flow in which `check` finds nothing wrong."""
    written = source(draw(tables()))
    assume(not checking.check(written, "drawn.toml"))
    return flow.read(written)


@st.composite
def _asks(draw: st.DrawFn, earlier: list[dict[str, Any]]) -> str:
    asking = [step["id"] for step in earlier if KINDS[step["kind"]].asks]
    repeated: str | None = draw(st.sampled_from([None, *asking]))
    return f"You said {{{repeated}}}. And?" if repeated else "What now?"


def _draw_bounds(draw: st.DrawFn, step: dict[str, Any]) -> None:
    of = len(step["options"])
    if draw(st.booleans()):
        step["at_least"] = draw(st.integers(1, of))
    if draw(st.booleans()):
        step["at_most"] = draw(st.integers(max(2, step.get("at_least", 1)), of))
    if step["kind"] == "choices" and draw(st.booleans()):
        step["options"][-1]["alone"] = True


def _draw_whens(draw: st.DrawFn, step: dict[str, Any], earlier: list[dict[str, Any]]) -> None:
    if any(KINDS[each["kind"]].asks for each in earlier):
        if draw(st.booleans()):
            step["when"] = draw(whens(earlier))
        for option in step.get("options", [])[1:]:
            if draw(st.integers(0, 3)) == 0:
                option["when"] = draw(whens(earlier))


@st.composite
def whens(draw: st.DrawFn, earlier: list[dict[str, Any]], depth: int = 2) -> dict[str, Any]:
    """A `when` over earlier questions and the person's language."""
    sort = draw(st.sampled_from(["step", "step", "step", "person", "not", "any", "all"])) if depth else "step"
    if sort == "person":
        return {"person": {"language": draw(st.sampled_from(["en", "cy"]))}}
    if sort == "not":
        return {"not": draw(whens(earlier, depth - 1))}
    if sort in {"any", "all"}:
        return {sort: draw(st.lists(whens(earlier, depth - 1), min_size=1, max_size=2))}
    step = draw(st.sampled_from([each for each in earlier if KINDS[each["kind"]].asks]))
    kind = KINDS[step["kind"]]
    how = draw(st.sampled_from(kind.compares))
    if how == "answered":
        return {step["id"]: {"answered": draw(st.booleans())}}
    if step["kind"] in COMPARED:
        return {step["id"]: {how: draw(st.sampled_from(COMPARED[step["kind"]]))}}
    ids = [option["id"] for option in kind.options(step)]
    some = draw(st.lists(st.sampled_from(ids), min_size=1, max_size=2, unique=True))
    return {step["id"]: {how: some}}


COMPARED: dict[str, list[Any]] = {
    "scale": [1],
    "number": [0, 5, 7.5],
    "date": [dt.date(2027, 1, 1), dt.date(2027, 1, 3)],
    "place": ["ME14", "ZE1"],
}
"""What the answer to a measuring question may be compared with."""

PLACES = st.integers(-2, 8)
TEXTS = st.one_of(
    st.sampled_from(
        [
            *LABELS,
            "1",
            "2",
            "1 and 2",
            "2,3",
            "3, 1, 2",
            "7.5",
            "twelve",
            "ME14 2AB",
            "3 Jan",
            "more",
            "help",
            "/help",
            "/start",
            "",
            "no",
        ]
    ),
    st.text(max_size=30),
)

ANYTHING: st.SearchStrategy[Input] = st.one_of(
    st.builds(Tap, st.just("code"), PLACES, PLACES),
    st.builds(Tap, st.just("code"), PLACES, PLACES),
    st.builds(Words, TEXTS),
    st.builds(Words, TEXTS),
    st.builds(Back, st.just("code"), st.none() | PLACES),
    st.builds(Skip, st.just("code"), st.none() | PLACES),
    st.builds(Done, st.just("code"), st.none() | PLACES),
    st.builds(Look, st.just("code"), st.none() | PLACES, st.sampled_from([0, 1, 2, 2026, 2027, 202701, 202713, -5])),
    st.builds(Tap, st.just("code"), PLACES, st.sampled_from([20270104, 20270230, 20261224])),
    st.builds(Done),
    st.builds(Leave),
    st.builds(Refused, st.sampled_from(["photo", "voice", "forged", "old", "edited", "?"])),
    st.builds(Silence, st.sampled_from(["s0", "s1", "s2", "none"])),
    st.builds(Open, st.just("drawn")),
)
"""What a person, or the passing of time, may bring to an open session."""

EVERYTHING: st.SearchStrategy[Input] = st.one_of(
    ANYTHING,
    st.builds(Words, st.text()),
    st.builds(Ask, st.sampled_from(["help", "privacy", "language", "stop", "delete", "menu", "unknown"])),
    st.builds(Age, st.sampled_from(["18", "16-17", "under-13", "unsaid", "forged"]), TEXTS),
    st.builds(Language, st.sampled_from(["en", "cy", "xx", ""])),
    st.builds(Delete, st.booleans()),
    st.builds(Link, st.text(max_size=10)),
    st.builds(Outcome, st.just("keep"), st.sampled_from(["kept", "closed"])),
)
"""ANYTHING, and what is not about any session."""
