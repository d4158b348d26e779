"""The editor: each page changes what it shows and nothing else, two people never overwrite each other, the phone is real."""

from __future__ import annotations

import html
import re
import tomllib
from typing import Any

import pytest

from bot.web.console import step_form
from conversations.library import SHIPPED
from conversations.questions import KINDS
from storage.staffing import drafts
from tests.console.office import Browser, Office
from tests.console.test_engagements import READY

CLINIC = "/console/engagements/clinic"
COMMENTED = "# Ours\n" + READY.replace('id = "who"', 'id = "who"  # for good').lstrip()


@pytest.fixture
def ann(office: Office) -> Browser:
    """Give an engagement officer, and an engagement to work on."""
    office.world.engage(source=COMMENTED)
    return office.staff("officer", "Ann Field")


@pytest.fixture
def bob(office: Office) -> Browser:
    """Give a colleague."""
    return office.staff("officer", "Bob Reed")


def draft(office: Office, slug: str = "clinic") -> str:
    kept = office.world.do(lambda db: drafts.find(db, office.world.organisation_id, slug))
    return kept.source if kept else ""


def step(office: Office, place: int) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(draft(office))["steps"][place]
    return found


def fields(page: str) -> dict[str, Any]:
    """Every field of the editor's form, as a browser would send it."""
    form = re.findall(r'<form method="post" id="editor".*?</form>', page, re.DOTALL)[0]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        named = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if named.get("type") in {"checkbox", "radio"} and " checked" not in tag:
            continue
        name, value = named["name"], html.unescape(named.get("value", "on"))
        found[name] = [*found.get(name, []), value] if name == "pick" else value
    for name, body in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        found[name] = html.unescape(body)
    for name, body in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body) or re.search(r'<option value="([^"]*)"', body)
        found[name] = chosen[1] if chosen else ""
    return found


def save(browser: Browser, path: str, **changes: Any) -> Any:
    """Open a page of the editor, change some fields, and send the form."""
    shown = fields(browser.get(f"{CLINIC}{path}").text)
    return browser.post(f"{CLINIC}{path}", {**shown, **{name.replace("__", "."): value for name, value in changes.items()}})


# --- Pages and fields


def test_saving_a_page_without_a_change_changes_no_letter(office: Office) -> None:
    ann = office.staff("officer")
    for text in SHIPPED.values():
        table = tomllib.loads(text)
        office.world.engage(source=text)
        address = f"/console/engagements/{table['id']}"
        for path in ("charter", *(f"steps/{number}" for number in range(1, len(table["steps"]) + 1))):
            answer = ann.post(f"{address}/{path}", fields(ann.get(f"{address}/{path}").text))
            assert answer.status_code == 303, path
        assert draft(office, table["id"]) == "", table["id"]  # there was nothing to keep


def test_one_question_is_changed_and_every_other_line_stays(office: Office, ann: Browser) -> None:
    save(ann, "/steps/2", ask__en="Who are you here for?", hint__en="Pick the nearest.", optional="yes")
    before, after = COMMENTED.splitlines(), draft(office).splitlines()
    assert [line for line in after if line not in before] == [
        'ask.en = "Who are you here for?"',
        'hint.en = "Pick the nearest."',
    ]
    assert step(office, 1)["optional"] is True
    assert [line for line in before if line not in after] == ['ask.en = "Which best describes you?"']


def test_options_are_added_moved_and_taken_out_after_what_was_typed_is_kept(office: Office, ann: Browser) -> None:
    assert (
        save(ann, "/steps/2", act="option-add", options__0__label__en="I have it myself").headers["location"].endswith("#options")
    )
    assert [option["label"]["en"] for option in step(office, 1)["options"]][:2] == ["I have it myself", "I care for someone"]
    save(ann, "/steps/2", act="option-down-0")
    assert [option["id"] for option in step(office, 1)["options"]] == ["care", "have", "option-1"]
    save(ann, "/steps/2", act="option-remove-2")
    save(ann, "/steps/2", act="option-up-99")
    assert [option["id"] for option in step(office, 1)["options"]] == ["care", "have"]


def test_steps_are_added_moved_copied_and_taken_out(office: Office, ann: Browser) -> None:
    def press(act: str, place: int, **more: str) -> None:
        page = ann.get(f"{CLINIC}/steps").text
        was = re.findall(r'name="was" value="(\w+)"', page)
        ann.post(f"{CLINIC}/steps", {"act": act, "place": str(place), "was": was[place], **more})

    for kind in KINDS:
        press("add", 0, kind=kind)
    ids = [each["kind"] for each in tomllib.loads(draft(office))["steps"]]
    assert ids[5:] == list(KINDS)
    press("up", 1)
    press("copy", 0)
    press("remove", 1)
    press("down", 0)
    press("up", 0)
    assert [each["id"] for each in tomllib.loads(draft(office))["steps"]][:3] == ["hello", "who", "first"]
    for place in range(5, 5 + len(KINDS)):
        assert ann.get(f"{CLINIC}/steps/{place + 1}").status_code == 200
    assert ann.get(f"{CLINIC}/steps/99").status_code == 404
    assert ann.post(f"{CLINIC}/steps", {"act": "explode", "place": "0"}).status_code == 400


def test_who_is_asked_is_ticked_or_written(office: Office, ann: Browser) -> None:
    save(ann, "/steps/3", **{"when-mode": "picked", "pick": ["who:have", "person.age_band:18", "who:care"]})
    assert step(office, 2)["when"] == {"who": ["have", "care"], "person": {"age_band": "18"}}
    page = ann.get(f"{CLINIC}/steps/3").text
    assert 'value="who:have" id="pick-who:have" checked' in page
    save(ann, "/steps/3", **{"when-mode": "toml", "when": '{ any = [{ who = "have" }, { who = { answered = true } }] }'})
    assert step(office, 2)["when"]["any"][0] == {"who": "have"}
    assert 'value="toml" id="when-toml" checked' in ann.get(f"{CLINIC}/steps/3").text
    save(ann, "/steps/3", **{"when-mode": "all"})
    assert "when" not in step(office, 2)


def test_a_yes_that_lets_us_quote_is_ticked_and_stays(office: Office, ann: Browser) -> None:
    page = ann.get(f"{CLINIC}/steps").text
    was = re.findall(r'name="was" value="(\w+)"', page)
    for kind in ("text", "consent", "yes-no"):
        ann.post(f"{CLINIC}/steps", {"act": "add", "place": "0", "kind": kind, "was": was[0]})
    assert [name for name in ("6", "7", "8") if "Who says yes here may be quoted" in ann.get(f"{CLINIC}/steps/{name}").text] == [
        "7",
        "8",
    ]
    for place in (7, 8):
        save(ann, f"/steps/{place}", quotes="yes")
        save(ann, f"/steps/{place}", ask__en="May we quote you?")
        assert step(office, place - 1)["quotes"] is True


def test_who_reads_what_people_write_is_said_and_stays(office: Office, ann: Browser) -> None:
    wanted = {"by": "The clinic team", "within_days": 3}
    save(ann, "/charter", reading__by="The clinic team", reading__within_days="3")
    assert tomllib.loads(draft(office))["reading"] == wanted
    save(ann, "/charter", charter__decided_by__en="Somebody else")
    save(ann, "/steps/2", hint__en="Pick the nearest.")
    assert tomllib.loads(draft(office))["reading"] == wanted
    save(ann, "/charter", reading__by="", reading__within_days="")
    assert "reading" not in tomllib.loads(draft(office))


def test_what_cannot_be_read_is_told_beside_its_field_and_nothing_typed_is_lost(office: Office, ann: Browser) -> None:
    for wrong in (
        {"when-mode": "toml", "when": "who is me"},
        {"when-mode": "picked"},
        {"at_least": "a few"},
        {"at_most": "9" * 5000},
        {"at_most": "nan"},
    ):
        answer = save(ann, "/steps/3", ask__en="Half of a new", **wrong)
        assert answer.status_code == 422
        assert "There is a problem" in answer.text
        assert "Half of a new" in answer.text
    assert save(ann, "/charter", charter__feedback_by="31 February").status_code == 422
    assert draft(office) == ""


def test_a_finding_stands_beside_the_field_that_causes_it(ann: Browser) -> None:
    save(ann, "/steps/2", ask__en="Hurry, this is your last chance. Which best describes you?")
    page = ann.get(f"{CLINIC}/steps/2").text
    field = page[page.index('id="ask"') : page.index("</fieldset>", page.index('id="ask"'))]
    assert 'class="finding bad"' in field
    ann.post(f"{CLINIC}/text", {"text": COMMENTED.replace('kind = "choice"', 'kind = "chioce"', 1), "version": "1"})
    page = ann.get(f"{CLINIC}/text").text
    assert "did you mean &#34;choice&#34;?" in page.replace("Did", "did")
    assert "1 to mend" in ann.get(f"{CLINIC}/steps").text


def test_a_language_is_written_beside_the_one_there_is(office: Office, ann: Browser) -> None:
    page = ann.get(f"{CLINIC}/charter?language=cy").text
    assert 'name="title.cy"' in page
    ann.post(f"{CLINIC}/charter", {**fields(page), "title.cy": "Y clinig newydd"})
    assert tomllib.loads(draft(office))["title"] == {"en": "The new clinic", "cy": "Y clinig newydd"}
    assert 'name="ask.cy" rows="2" lang="cy"' in ann.get(f"{CLINIC}/steps/1").text


# --- Two people


def test_two_people_at_different_questions_do_not_disturb_each_other(office: Office, ann: Browser, bob: Browser) -> None:
    hers, his = fields(ann.get(f"{CLINIC}/steps/2").text), fields(bob.get(f"{CLINIC}/steps/3").text)
    assert ann.post(f"{CLINIC}/steps/2", {**hers, "ask.en": "Who are you?"}).status_code == 303
    assert bob.post(f"{CLINIC}/steps/3", {**his, "ask.en": "What would help?"}).status_code == 303
    assert (step(office, 1)["ask"]["en"], step(office, 2)["ask"]["en"]) == ("Who are you?", "What would help?")


def test_two_people_at_one_question_are_shown_both_versions_and_nothing_is_lost(
    office: Office, ann: Browser, bob: Browser
) -> None:
    hers, his = fields(ann.get(f"{CLINIC}/steps/2").text), fields(bob.get(f"{CLINIC}/steps/2").text)
    ann.post(f"{CLINIC}/steps/2", {**hers, "ask.en": "Words of Ann?"})
    clash = bob.post(f"{CLINIC}/steps/2", {**his, "ask.en": "Words of Bob?"})
    assert clash.status_code == 409
    for words in ("Ann Field changed this", "Words of Ann?", "Words of Bob?"):
        assert words in clash.text
    assert step(office, 1)["ask"]["en"] == "Words of Ann?"
    again = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', clash.text[clash.text.index("Keep theirs") :]))
    assert bob.post(f"{CLINIC}/steps/2", {name: html.unescape(value) for name, value in again.items()}).status_code == 303
    assert step(office, 1)["ask"]["en"] == "Words of Bob?"


def test_a_question_that_was_moved_meanwhile_is_found_where_it_stands(office: Office, ann: Browser, bob: Browser) -> None:
    hers = fields(ann.get(f"{CLINIC}/steps/2").text)
    was = re.findall(r'name="was" value="(\w+)"', bob.get(f"{CLINIC}/steps").text)
    bob.post(f"{CLINIC}/steps", {"act": "up", "place": "1", "was": was[1]})
    ann.post(f"{CLINIC}/steps/2", {**hers, "ask.en": "Who are you?"})
    assert step(office, 0)["ask"]["en"] == "Who are you?"
    assert step(office, 1)["ask"]["en"] == "Hello"


def test_of_two_whole_texts_the_later_is_shown_beside_the_earlier(office: Office, ann: Browser, bob: Browser) -> None:
    ann.post(f"{CLINIC}/text", {"text": COMMENTED.replace("Hello", "Ann says"), "version": "0"})
    clash = bob.post(f"{CLINIC}/text", {"text": COMMENTED.replace("Hello", "Bob says"), "version": "0"})
    assert clash.status_code == 409
    assert "Bob says" in clash.text
    assert "Ann says" in draft(office)


# --- Harm


def test_a_text_made_to_do_harm_is_kept_shown_and_never_run(office: Office, ann: Browser) -> None:
    bombs = ["a = " + "[" * 60_000, ".".join("a" * 60_000) + " = 1", "</textarea><script>alert(1)</script>", "n = " + "9" * 9000,
             "steps = 7", 'steps = [{ id = 3, ask = 4, options = [1], when = [] }, { kind = "choice", options = [{ id = 5 }] }]',
             'charter = 3\ntitle = ["x"]\n[[steps]]\nask = { en = 3 }\n']  # fmt: skip
    for version, bomb in enumerate(bombs):
        ann.post(f"{CLINIC}/text", {"text": bomb, "version": str(version)})
        assert draft(office) == bomb.rstrip("\n") + "\n"
        for path in ("", "/charter", "/steps", "/text", "/phone", "/publish"):
            answer = ann.get(f"{CLINIC}{path}")
            assert answer.status_code == 200, (bomb[:20], path)
            assert "<script>alert" not in answer.text
        assert ann.get(f"{CLINIC}/steps/1").status_code in {200, 404}
    assert ann.post(f"{CLINIC}/text", {"text": "#" * 300_000, "version": "7"}).status_code == 422


# --- Fields


MORE_THAN_TICKS = [
    '{ any = [{ a = "b" }] }', '{ not = { a = "b" } }', "{ a = { at_least = 3 } }", '{ a = { includes_all = ["b"] } }',
    '{ person.language = "cy" }', "{ a = true }", "[]", '"a"', "{ a = { answered = false } }", "{ a = 2.5 }",
]  # fmt: skip


def test_a_condition_that_cannot_be_ticked_is_never_made_into_one_that_can() -> None:
    for words in MORE_THAN_TICKS:
        assert step_form.picks_of(tomllib.loads(f"when = {words}")["when"]) is None
    assert step_form.picks_of({"a": ["b", "c"], "d": {"answered": True}}) == ["a:b", "a:c", "d:*"]


def test_an_answer_that_a_colleague_took_out_meanwhile_is_not_lost_from_what_was_typed() -> None:
    typed = {"options.0.id": "a", "options.0.label.en": "A", "options.1.id": "b", "options.1.label.en": "B, better"}
    theirs = {"id": "x", "kind": "choice", "options": [{"id": "a", "label": {"en": "A"}}, {"id": "c", "label": {"en": "C"}}]}
    mine = step_form.step_of(typed, theirs, [], {})
    assert [(option["id"], option["label"]["en"]) for option in mine["options"]] == [("a", "A"), ("b", "B, better")]
    alone = step_form.step_of({"options.0.id": "a", "options.0.label.en": "A"}, theirs, [], {})
    assert [option["id"] for option in alone["options"]] == ["a", "c"]


def test_words_typed_for_a_question_that_is_gone_are_shown_and_not_lost(office: Office, ann: Browser, bob: Browser) -> None:
    hers = fields(ann.get(f"{CLINIC}/steps/5").text)
    was = re.findall(r'name="was" value="(\w+)"', bob.get(f"{CLINIC}/steps").text)
    bob.post(f"{CLINIC}/steps", {"act": "remove", "place": "4", "was": was[4]})
    answer = ann.post(f"{CLINIC}/steps/5", {**hers, "ask.en": "Half an hour of work"})
    assert answer.status_code == 409
    assert "Half an hour of work" in answer.text
    assert "Half an hour" not in draft(office)
