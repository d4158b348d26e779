"""An engagement's text edited piece by piece: only what was meant changes, and what is undone is as it was."""

from __future__ import annotations

import copy
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.manuscript import changes
from bot.manuscript.manuscripts import Manuscript, NotChangedError
from conversations.library import SHIPPED

HEADED = """# About the garden
format = 1
id = "garden"  # for good
title.en = "The garden"

[charter] # why
settles.en = 'which days'

# The first one
[[steps]]
id = "who"
kind = "choice"
ask = { en = "Who?" }
[steps.picture]
file = "map.png"
[[steps.options]]
id = "me" # myself
label.en = "Me"
[[steps.options]]
id = "you"
label.en = "You"

# The second
[[steps]]
id = "days"
kind = "choices"
ask.en = \"\"\"
Which
days?\"\"\"
options = [
  { id = "week", label.en = "Weekdays" }, # five
  { id = "end", label.en = "Weekends" }, # two
  { id = "never", label.en = "Never", alone = true },
]

[[steps]]
id = "last"
kind = "choice"
ask.en = "One, or two?"
options = [{ id = "one", label.en = "One" }, { id = "two", label.en = "Two" }]

[[overrides]]
rule = "initials"
why = "we know what they mean"
"""
TEXTS = [
    HEADED,
    *(
        SHIPPED[f"{name}.toml"]
        for name in ("friends-and-family-test", "long-covid-tell-us-once", "workshop-design-the-next-step")
    ),
]
STEPS = ("steps",)
WORDS = st.text(st.characters(codec="utf-8"), max_size=20)


def table(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


def pieces(text: str) -> dict[str, str]:
    """The exact letters of each step, by id, and of all around them."""
    script = Manuscript.read(text)
    ids = [step["id"] for step in script.table["steps"]]
    return {name: text[item.start : item.end] for name, item in zip(ids, script.items(STEPS), strict=True)}


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_whatever_is_done_to_one_step_the_others_keep_every_letter(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(TEXTS))
    for turn in range(data.draw(st.integers(1, 5))):
        before = pieces(text)
        many = len(before)
        place = data.draw(st.integers(0, many - 1))
        touched = list(before)[place]
        match data.draw(st.sampled_from(("put", "add", "remove", "move", "option"))):
            case "put":
                step = changed(data, table(text)["steps"][place])
                text = changes.put(text, ("steps", place), step)
                assert table(text)["steps"][place] == step
            case "add":
                touched = f"new-{turn}"
                added = {"id": touched, "kind": "text", "ask": {"en": data.draw(WORDS)}}
                text = changes.add(text, STEPS, place, added)
                assert table(text)["steps"][place] == added
            case "remove" if many > 1:
                text = changes.remove(text, STEPS, place)
                assert touched not in pieces(text)
            case "move" if place:
                text = changes.move(text, STEPS, place, place - 1)
                assert list(pieces(text)).index(touched) == place - 1
                touched = ""
            case "option" if table(text)["steps"][place].get("options"):
                at = data.draw(st.integers(0, len(table(text)["steps"][place]["options"]) - 1))
                text = changes.remove(text, ("steps", place, "options"), at)
        after = pieces(text)
        assert {name: words for name, words in after.items() if name in before and name != touched} == {
            name: words for name, words in before.items() if name in after and name != touched
        }


def changed(data: st.DataObject, step: dict[str, Any]) -> dict[str, Any]:
    """The step with some keys changed, some new and some gone."""
    step = copy.deepcopy(step)
    step.setdefault("ask", {})[data.draw(st.sampled_from(("en", "cy", "en-x-easy")))] = data.draw(WORDS)
    new = {"optional": True, "hint": {"en": data.draw(WORDS)}, "at_most": 3, "when": {"who": ["have", "care"]}}
    for key in data.draw(st.sets(st.sampled_from(sorted(new)))):
        step[key] = new[key]
    for key in data.draw(st.sets(st.sampled_from(("optional", "hint", "picture", "sensitive")))):
        step.pop(key, None)
    for option in step.get("options", ()):
        if data.draw(st.booleans()):
            option["label"]["en"] = data.draw(WORDS)
    return step


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_undone_leaves_every_letter_as_it_was(text: str) -> None:
    many = len(table(text)["steps"])
    new = {"id": "new", "kind": "say", "ask": {"en": "Hello"}}
    for place in range(many + 1):
        assert changes.remove(changes.add(text, STEPS, place, new), STEPS, place) == text
    for place in range(1, many):
        assert changes.move(changes.move(text, STEPS, place, place - 1), STEPS, place, place - 1) == text
    for place, step in enumerate(table(text)["steps"]):
        assert changes.put(text, ("steps", place), step) == text
        for key, value in (("hint", {"en": "Why"}), ("sensitive", {"en": "Hard"})):
            without = {**step}
            without.pop(key, None)
            bare = changes.put(text, ("steps", place), without)
            assert changes.put(changes.put(bare, ("steps", place), {**without, key: value}), ("steps", place), without) == bare


@pytest.mark.parametrize("text", TEXTS)
def test_an_option_put_in_and_taken_out_again_leaves_every_letter_as_it_was(text: str) -> None:
    for place, step in enumerate(table(text)["steps"]):
        path = ("steps", place, "options")
        many = len(step.get("options", ()))
        for at in range(many + 1 if many else 0):
            new = {"id": "new", "label": {"en": "New"}}
            with_it = changes.add(text, path, at, new)
            assert table(with_it)["steps"][place]["options"][at] == new
            assert changes.remove(with_it, path, at) == text
        for at in range(1, many):
            assert changes.move(changes.move(text, path, at, at - 1), path, at, at - 1) == text


def test_a_comment_goes_where_its_step_or_option_goes() -> None:
    moved = changes.move(HEADED, STEPS, 1, 0)
    assert moved.index("# The second") < moved.index('id = "days"') < moved.index("# The first one") < moved.index('id = "who"')
    moved = changes.move(HEADED, ("steps", 1, "options"), 0, 1)
    assert '{ id = "end", label.en = "Weekends" }, # two\n  { id = "week", label.en = "Weekdays" }, # five' in moved


def test_a_new_language_stands_beside_the_one_there_is() -> None:
    step = copy.deepcopy(table(HEADED)["steps"][1])
    step["ask"]["cy"] = "Pa ddyddiau?"
    step["options"][0]["label"]["cy"] = "Yn ystod yr wythnos"
    text = changes.put(HEADED, ("steps", 1), step)
    assert 'days?"""\nask.cy = "Pa ddyddiau?"\n' in text
    assert 'label.en = "Weekdays", label.cy = "Yn ystod yr wythnos" }, # five' in text


def test_the_first_step_and_the_first_option_of_a_file_can_be_put_in() -> None:
    text = changes.add("format = 1\n\n[charter]\nfeedback_by = 2027-01-01\n", STEPS, 0, {"id": "who", "kind": "choice"})
    text = changes.add(text, ("steps", 0, "options"), 0, {"id": "me", "label": {"en": "Me"}})
    assert text.endswith('[[steps]]\nid = "who"\nkind = "choice"\noptions = [\n  { id = "me", label.en = "Me" },\n]\n')


@pytest.mark.parametrize(
    "text",
    [
        "no toml",
        "a = " + "[" * 100_000,
        ".".join("a" * 100_000) + " = 1",
        "[" + ".".join("a" * 100_000) + "]",
        "n = " + "9" * 100_000,
        'steps = [{ id = "a" }]\nid = 1\n[[steps.x]]\n',
    ],
)
def test_a_text_made_to_do_harm_is_refused_at_once(text: str) -> None:
    with pytest.raises(NotChangedError):
        changes.add(text, STEPS, 0, {"id": "new"})


def test_a_change_that_would_take_something_else_along_is_refused() -> None:
    scattered = '[[steps]]\nid = "a"\n[charter]\nwhy = 1\n[steps.picture]\nfile = "m.png"\n[[steps]]\nid = "b"\n'
    assert table(scattered)["steps"][0]["picture"]  # it stands behind the charter, and belongs to the first step
    with pytest.raises(NotChangedError):
        changes.remove(scattered, STEPS, 0)
