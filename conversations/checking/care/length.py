"""Rules on how much is asked, and how: length, quick polls, two questions in one, what the welcome says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import ceil

from conversations.checking.care import words as lists
from conversations.checking.care.draft import Draft, Remark, about
from conversations.checking.care.safety import PASSED
from conversations.checking.problems import ADVICE, count, quote
from conversations.questions import KINDS

MOST_IN_A_POLL, TIRING = 5, 12
LONGEST_LEAD = 300
"""Characters of a message before the options of a question."""


def check_lead(draft: Draft) -> Iterator[Remark]:
    for place, step in draft.questions:
        if not KINDS[step["kind"]].picks:
            continue
        for language in step["ask"]:
            length = sum(len(step.get(key, {}).get(language, "")) for key in ("sensitive", "ask", "hint"))
            if length > LONGEST_LEAD:
                what = f"there are {length} characters before the answers of {quote(step['id'])}"
                todo = f"use {LONGEST_LEAD} at most, or put some in a step of kind say"
                yield Remark(("steps", place, "ask", language), f"steps.{step['id']}.ask", what, todo)


def check_poll(draft: Draft) -> Iterator[Remark]:
    if draft.table["kind"] != "poll":
        return
    if draft.measure and draft.measure.questions_most > MOST_IN_A_POLL:
        what = f"someone could be asked {draft.measure.questions_most} questions in this quick poll"
        yield Remark(("kind",), "", what, f'ask {MOST_IN_A_POLL} at most, or write kind = "consultation"')
    for place, step in draft.questions:
        if not step.get("optional") and step["kind"] != PASSED:
            yield about(place, step, "", "this question of a quick poll cannot be skipped", "write optional = true", ADVICE)
        if KINDS[step["kind"]].free and step is not draft.questions[-1][1]:
            yield about(place, step, "kind", "people are asked to write before the last question", "move it to the end", ADVICE)


def check_length(draft: Draft) -> Iterator[Remark]:
    if draft.table["kind"] != "poll" and draft.measure and draft.measure.questions_most > TIRING:
        what = f"someone could be asked {draft.measure.questions_most} questions, and people tire after {TIRING}"
        yield Remark(("steps",), "", what, "ask only what you will use, or make two engagements of it")


def check_told_length(draft: Draft) -> Iterator[Remark]:
    """What the welcome says of questions and minutes, against the longest way through."""
    if not draft.measure:
        return
    for each in (text for text in draft.english if text.at == "welcome"):
        questions, time = _QUESTIONS.search(each.plain), _MINUTES.search(each.plain)
        most, minutes = draft.measure.questions_most, ceil(draft.measure.seconds_most / 60)
        if questions and _number(questions[1]) != most:
            certain = "" if draft.measure.questions_least == most else "up to "
            what = f"{quote(questions[0])} is told, and there can be {most}"
            yield each.remark(what, f"write {quote(certain + count(most, 'question'))}")
        if time and not minutes <= _number(time[1]) <= 2 * minutes + 1:
            what = f"{quote(time[0])} is told, and it can take about {minutes}"
            yield each.remark(what, f"write {quote('about ' + count(minutes, 'minute'))}")


def check_two_in_one(draft: Draft) -> Iterator[Remark]:
    for each in draft.english:
        if each.part != "ask" or not each.step or not KINDS[each.step["kind"]].asks:
            continue
        if "and/or" in each.plain.casefold():
            yield each.remark(f'"and/or" makes two questions of {quote(each.words)}', "ask one thing at a time")
        elif KINDS[each.step["kind"]].picks and sum(part.endswith("?") for part in each.sentences) > 1:
            yield each.remark(f"{quote(each.words)} is more than one question", "ask one thing at a time")


def check_ways_out(draft: Draft) -> Iterator[Remark]:
    """Several ticks are asked for, none of the options need fit, and the question cannot be skipped."""
    for place, step in draft.questions:
        options = step.get("options", ())
        if not KINDS[step["kind"]].many or step.get("optional") or not options:
            continue
        if not any(option.get("alone") or option.get("other") or _fits_none(option) for option in options):
            what = f"nobody can say that no answer of {quote(step['id'])} fits"
            add = "" if KINDS[step["kind"]].ordered else 'add one like "None of these" with alone = true, or '
            yield about(place, step, "options", what, f"{add}write optional = true")


def _fits_none(option: dict[str, dict[str, str]]) -> bool:
    return any(lists.FITS_NONE.search(words.replace("’", "'")) for words in option["label"].values())


def _number(words: str) -> int:
    return int(words) if words.isdigit() else _COUNTED.index(words.lower())


_COUNTED = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_A_NUMBER = rf"\b(\d{{1,4}}|{'|'.join(_COUNTED[1:])})"
_QUESTIONS = re.compile(rf"{_A_NUMBER} (?:[a-z]+,? ){{0,2}}questions?\b", re.IGNORECASE)
_MINUTES = re.compile(rf"{_A_NUMBER} min(?:ute)?s?\b", re.IGNORECASE)
