"""Words nobody has approved are never sent, and whoever checks a file is told which those are."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import approval, flow, phrases
from conversations.approval import fingerprint
from conversations.checking import approvals, shapes
from conversations.checking.places import locate
from conversations.checking.problems import ADVICE, Findings
from conversations.inputs import Ask
from conversations.phrases import PHRASES
from conversations.reading import CONTROLS, interpret
from conversations.text import Counted, choose, fold
from tests.conversations.written import always

SOURCE = (Path(__file__).parents[1] / "road/engagements/tests-kitchen.toml").read_text("utf-8")


def table() -> dict[str, Any]:
    return tomllib.loads(SOURCE)


def said(engagement: dict[str, Any]) -> list[str]:
    """What `check` notes about its approvals."""
    findings = Findings("a.toml", locate(SOURCE))
    approvals.check(engagement, findings)
    assert {problem.level for problem in findings.found} <= {ADVICE}
    return [f"{problem.line}: {problem.what}" for problem in findings.found]


def tags(engagement: dict[str, Any]) -> set[str]:
    return {tag for words in approval.texts(engagement) for tag in words.text}


def test_approved_words_stay_and_there_is_nothing_to_say() -> None:
    assert approval.sift(table()) == table()
    assert said(table()) == []


def test_without_approval_only_the_source_language_is_left() -> None:
    engagement = table()
    del engagement["approved"]
    assert tags(approval.sift(engagement)) == {"en"}
    assert tags(engagement) == {"en", "cy", "ur"}
    assert 'nobody has approved 12 texts in "cy": title, charter.settles' in said(engagement)[0]


@pytest.mark.parametrize("tag", ["en", "ur"])
def test_a_change_of_the_words_or_of_their_english_voids_the_approval(tag: str) -> None:
    engagement = table()
    engagement["steps"][0]["options"][0]["label"][tag] = "?"
    label = approval.sift(engagement)["steps"][0]["options"][0]["label"]
    assert "ur" not in label
    assert ("cy" in label) == (tag == "ur")
    assert any(
        '"steps.food.options.bread.label" has changed since its words in "ur" were approved' in one for one in said(engagement)
    )


def test_words_that_a_language_of_the_title_lacks_are_told_and_people_see_the_source() -> None:
    engagement = table()
    del engagement["steps"][0]["ask"]["ur"]
    assert '1 text has no words in "ur": steps.food.ask' in said(engagement)[0]
    built = flow.build(engagement, "edition")
    assert built.complete == ("en", "cy")
    assert choose(built.steps[0].ask, "ur") == built.steps[0].ask["en"]


def test_a_variant_of_english_needs_approval_too() -> None:
    engagement = table()
    engagement["steps"][0]["ask"]["en-x-easy"] = "What shall we cook?"
    assert "en-x-easy" not in approval.sift(engagement)["steps"][0]["ask"]
    print_ = fingerprint("What would you like to cook?", "What shall we cook?")
    engagement["approved"]["en-x-easy"] = {"by": "A", "on": dt.date(2027, 1, 1), "texts": {"steps.food.ask": print_}}
    assert approval.sift(engagement)["steps"][0]["ask"]["en-x-easy"] == "What shall we cook?"
    assert approval.languages(engagement) == ("en", "en-x-easy", "cy", "ur")


def test_the_first_language_of_a_title_without_english_needs_none() -> None:
    engagement = table()
    for words in approval.texts(engagement):
        cast("dict[str, str]", words.text).pop("en")
    assert tags(approval.sift(engagement)) == {"cy"}


def test_an_approval_of_a_text_that_is_not_there_is_told_with_its_line() -> None:
    engagement = table()
    engagement["approved"]["ur"]["texts"]["steps.foot.ask"] = "12345678"
    engagement["approved"]["pl"] = {"by": "A", "on": dt.date(2027, 1, 1), "texts": {"title": "12345678"}}
    lines = SOURCE.splitlines()
    first, line = lines.index("[approved.cy]") + 1, lines.index("[approved.ur.texts]") + 1
    assert said(engagement) == [
        f'{line}: there is no text "steps.foot.ask" in "ur" to approve',
        f'{first}: there is no text "title" in "pl" to approve',
    ]


def test_every_kind_of_text_has_its_name() -> None:
    words = {"en": "A"}
    step: dict[str, Any] = {"id": "one", **dict.fromkeys(approval.STEP_TEXTS, words), "picture": {"file": "a.png", "alt": words}}
    step["options"] = [{"id": "x", "label": words, "ask": words}]
    names = [each.name for each in approval.texts({"title": words, "charter": {"settles": words}, "steps": [step]})]
    assert names == [
        "title",
        "charter.settles",
        *(f"steps.one.{key}" for key in approval.STEP_TEXTS),
        "steps.one.picture.alt",
        "steps.one.options.x.label",
        "steps.one.options.x.ask",
    ]


def test_every_text_a_step_can_hold_is_found() -> None:

    known = {key for key, rule in shapes.STEP.items() if rule.fits is shapes.is_text}
    assert set(approval.STEP_TEXTS) == known
    assert {key for key, rule in shapes.OPTION.items() if rule.fits is shapes.is_text} == {"label", "ask"}


@always
@given(st.text(), st.text(), st.text())
def test_a_fingerprint_tells_words_apart(source: str, words: str, others: str) -> None:
    assert (fingerprint(source, words) == fingerprint(source, others)) == (words == others)


def test_a_fingerprint_covers_every_form_of_words_that_count() -> None:
    one, two = Counted({"one": "a", "other": "b"}), Counted({"one": "c", "other": "b"})
    assert one == two
    assert fingerprint("x", one) != fingerprint("x", two)


def test_a_sifted_engagement_becomes_a_flow() -> None:
    engagement = table()
    del engagement["approved"]["ur"]
    built = flow.build(approval.sift(engagement), "edition")
    assert built.languages == ("en", "cy")


# --- The bot's own phrases


@pytest.fixture(autouse=True)
def _shipped_phrases() -> Any:
    phrases.take({})
    yield
    phrases.take({})


def test_a_fresh_installation_speaks_english_and_reads_every_language() -> None:
    spoken = {tag for key, words in PHRASES.items() if not key.startswith(phrases.READ_ONLY) for tag in words}
    assert spoken == {"en"}
    assert {"cy", "ur"} <= PHRASES["typed-help"].keys()


def test_the_drafts_are_complete() -> None:
    english = phrases.DRAFTS["en"][0].keys()
    assert {tag: sheet.keys() ^ english for tag, (sheet, _) in phrases.DRAFTS.items() if sheet.keys() != english} == {}


def test_an_approved_phrase_is_spoken_until_its_english_or_its_words_change() -> None:
    english, draft = PHRASES["back"]["en"], phrases.DRAFTS["ur"][0]["back"]
    print_ = fingerprint(english, draft)
    phrases.take({"ur": f'[approved]\ntexts = {{ back = "{print_}", skip = "{print_}" }}'})
    assert PHRASES["back"] == {"en": "Back", "ur": draft}
    assert PHRASES["skip"] == {"en": "Skip"}
    phrases.take({"ur": f'back = "پیچھے"\n[approved]\ntexts = {{ back = "{print_}" }}'})
    assert PHRASES["back"] == {"en": "Back"}


def test_what_holds_a_phrase_holds_it_after_others_are_taken() -> None:
    held, draft = PHRASES["yes"], phrases.DRAFTS["ur"][0]["yes"]
    phrases.take({"ur": f'[approved]\ntexts = {{ yes = "{fingerprint("Yes", draft)}" }}'})
    assert held["ur"] == draft


def test_words_read_are_read_anew_when_other_phrases_are_taken() -> None:

    assert interpret("bachao") is None
    phrases.take({"ur": 'typed-help = "bachao"'})
    assert interpret("Bachao!") == Ask("help")
    phrases.take({})
    assert interpret("bachao") is None


@pytest.mark.parametrize("broken", ["back = 1", "back = {}", "back = { one = 1 }", "[approved]\ntexts = 3", "=", "approved = 1"])
def test_a_broken_file_of_phrases_changes_nothing(broken: str) -> None:
    before = {key: dict(words) for key, words in PHRASES.items()}
    with pytest.raises(ValueError, match="the phrases in ur"):
        phrases.take({"ur": broken})
    assert before == PHRASES


def test_no_word_means_two_things() -> None:

    meanings: dict[str, set[str]] = {}
    for key in CONTROLS:
        for words in PHRASES[f"typed-{key}"].values():
            for word in words.split("|"):
                meanings.setdefault(fold(word), set()).add(key)
    assert {word: keys for word, keys in meanings.items() if len(keys) > 1} == {}
