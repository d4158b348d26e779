"""Rules that keep people safe: what shows on a locked screen, what may hurt, what could tell who someone is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conversations.checking import proofs
from conversations.checking.care import words as lists
from conversations.checking.care.draft import Draft, Remark, Words, about
from conversations.checking.problems import ADVICE, ERROR, quote
from conversations.checking.shapes import Table
from conversations.phrases import PHRASES
from conversations.questions import KINDS
from conversations.text import GAP

LOCK_SCREEN = 60
"""Characters of a message that may show on a locked screen."""

FEWEST_INVITED = 10
"""Fewer people than that are known by what they answer, anonymous or not."""


def check_lock_screen(draft: Draft) -> Iterator[Remark]:
    for each in draft.english:
        room = LOCK_SCREEN - _before(each, draft)
        found = lists.PRIVATE.search(each.plain[:room]) if room > 0 else None
        if found and lists.PRIVATE.match(each.plain, found.start()):
            what = f"{quote(found[0])} may show on a locked screen"
            yield each.remark(what, "begin with something neutral, and say it further on")


def _before(words: Words, draft: Draft) -> int:
    """How many characters of a message stand before these words at least; all of them when something neutral begins it."""
    if words.at == "thanks" or words.at.endswith(".picture.alt") or words.part == "sensitive":
        return 0
    if not words.step or words.part not in {"ask", "title"}:
        return LOCK_SCREEN
    if not KINDS[words.step["kind"]].asks:
        title = words.step.get("title", {}).get(words.language, "") if words.part == "ask" else ""
        return len(title)
    identity = "own-record" if words.step.get("about") == "me" else draft.table["identity"]
    return len(PHRASES["banner"]["en"].format(number=1, of=1, identity=PHRASES[identity]["en"])) + 1


def check_eating(draft: Draft) -> Iterator[Remark]:
    """Figures and pictures that can harm people with an eating disorder."""
    for each in draft.texts:
        emoji = lists.FOOD_AND_BODY.search(each.words)
        if emoji:
            yield each.remark(f"{quote(emoji[0])} can hurt people with an eating disorder", "leave it out")
    for each in draft.english:
        found = _measure(each) or lists.BEFORE_AFTER.search(each.plain)
        if found:
            yield each.remark(f"{quote(found[0])} can hurt people with an eating disorder", "say it without figures or looks")
        elif each.part == "unit" and _of_a_body(each):
            yield each.remark(f"this asks for figures in {quote(each.words)}", NO_FIGURES)
        elif each.part == "ask" and each.step.get("kind") in {"number", "scale"} and lists.MEASURED.search(each.plain):
            yield each.remark(f"{quote(each.words)} asks for a figure of someone's body", NO_FIGURES)


def _measure(words: Words) -> re.Match[str] | None:
    """A figure of a body; what a thing weighs or carries is none."""
    found = (lists.MEASURES.search(each) for each in words.sentences if not lists.CARRIED.search(each))
    return next(filter(None, found), None)


def _of_a_body(unit: Words) -> bool:
    """Whether a number in this unit is asked of what someone eats or weighs."""
    name, ask = unit.plain.strip().casefold(), unit.step["ask"].get(unit.language, "")
    of_someone = lists.SOMEONE.search(ask) and not lists.A_THING.search(ask)
    return name in lists.EATING_UNITS or (name in lists.WEIGHT_UNITS and bool(of_someone))


def check_methods(draft: Draft) -> Iterator[Remark]:
    for each in draft.english:
        found = lists.METHODS.search(each.plain)
        if found:
            yield each.remark(f"{quote(found[0])} names or counts a way to come to harm", "say it without the way or the number")


def check_sensitive(draft: Draft) -> Iterator[Remark]:
    for place, step in draft.questions:
        if "sensitive" not in step:
            continue
        if not step.get("optional") and step["kind"] != PASSED:
            yield about(place, step, "", "this question is sensitive and cannot be skipped", "write optional = true", ERROR)
        if step is draft.questions[-1][1]:
            yield about(place, step, "", "a sensitive question comes last", "end with a lighter one", ADVICE)


def check_identifying(draft: Draft) -> Iterator[Remark]:
    """Anonymous answers beside which someone could be known."""
    if not draft.anonymous:
        return
    asked = [(place, step) for place, step in draft.questions if step.get("about") != "me"]
    writes = any(_writes(step) for _, step in asked)
    for place, step in asked:
        words = step["ask"].get("en", "")
        telling = lists.IDENTIFYING.search(words)
        telling_day = lists.TELLING_DAYS.search(words) and not lists.BIRTH.search(words)  # a birthday is for `check_who`
        if step["kind"] == "place" or (step["kind"] == "date" and telling_day):
            what = f"a {step['kind']} can tell who gave an anonymous answer"
            yield about(place, step, "kind", what, 'ask for something wider, or write identity = "confidential"')
        elif telling and step["kind"] in {"number", "date"} and not lists.BIRTH.search(words):
            what = f"{quote(telling[0])} as an exact {step['kind']} can tell who gave an anonymous answer"
            yield about(place, step, "kind", what, 'offer groups to pick from, or write identity = "confidential"')
        elif telling and writes and not KINDS[step["kind"]].free:
            what = f"{quote(telling[0])} beside what people write can tell who they are"
            yield about(place, step, "ask", what, 'take one of the two out, or write identity = "confidential"')


def _writes(step: Table) -> bool:
    """Whether people may answer it in their own words."""
    return KINDS[step["kind"]].free or any(option.get("other") for option in step.get("options", ()))


def check_who(draft: Draft) -> Iterator[Remark]:
    """People who are not named are asked who they are."""
    if draft.table["identity"] == "named":
        return
    level = ERROR if draft.anonymous else ADVICE
    todo = 'take it out, or write identity = "named"' if draft.anonymous else 'say who reads it, or write identity = "named"'
    for each in draft.english:
        kind = each.step.get("kind")
        if each.part not in {"ask", "hint"} or each.step.get("about") == "me":
            continue
        if kind == "date" and each.part == "ask" and lists.BIRTH.search(each.plain):
            yield each.remark(f"{quote(each.words)} can tell who someone is", "ask for the year, or an age group", level)
        elif (kind in {"text", "number"} or ".options." in each.at) and (asked := _asks_who(each)):
            yield each.remark(f"{quote(asked)} asks who someone is", todo, level)


def _asks_who(words: Words) -> str | None:
    for sentence in words.sentences:
        found = lists.WHO.search(sentence)
        if found and not lists.OF_NAMES.match(sentence) and not lists.UNASKED.search(sentence[: found.start()]):
            return sentence
    return None


def check_passed_twice(draft: Draft) -> Iterator[Remark]:
    for place, step in draft.questions:
        if step["kind"] == PASSED and step.get("optional"):
            yield about(place, step, "optional", "both Pass and Skip are shown", "leave optional out: Pass is there already")


def check_few_invited(draft: Draft) -> Iterator[Remark]:
    """So few people asked that nobody could stay unknown among them."""
    invited = draft.table.get("invited")
    if draft.anonymous and invited is not None and invited < FEWEST_INVITED:
        what = f"of {invited} people asked, nobody can stay unknown"
        yield Remark(("invited",), "invited", what, f'ask at least {FEWEST_INVITED}, or write identity = "confidential"')


def check_young_writing(draft: Draft) -> Iterator[Remark]:
    for place, step in draft.questions if draft.young else ():
        if _writes(step):
            what = "young people are asked to write, and a person has to read all of it in time"
            yield about(place, step, "kind", what, "offer answers to pick from, or say in an override who reads it and when")


def check_gaps(draft: Draft) -> Iterator[Remark]:
    """Answers that are said back and that some people have not given: they would see an empty place."""
    written = {step["id"] for _, step in draft.questions if KINDS[step["kind"]].free}
    budget, lacking = proofs.Budget(), dict[tuple[str, str], bool]()
    for each in draft.texts:
        for name in dict.fromkeys(GAP.findall(each.words)) if each.part == "ask" and each.step else ():
            pair = each.step["id"], name
            if pair not in lacking:
                lacking[pair] = name not in written and proofs.may_lack(draft.flow, *pair, budget)
            if lacking[pair]:
                todo = f"write when = {{ {name} = {{ answered = true }} }}, or take {{{name}}} out"
                yield each.remark(f"{{{name}}} is empty for people who were not asked it, or skipped it", todo)


def check_echo(draft: Draft) -> Iterator[Remark]:
    """Words people wrote are not said back to them: they may have told something hard."""
    written = {step["id"] for _, step in draft.questions if KINDS[step["kind"]].free}
    for each in draft.texts:
        for name in dict.fromkeys(GAP.findall(each.words)):
            if name in written and each.part in {"ask", "title"} and each.step:
                yield each.remark(f"{{{name}}} says back what someone wrote", "repeat only answers people picked")


PASSED = "agree"
"""The kind with a way to pass of its own."""
NO_FIGURES = "ask how someone is, not how much they weigh, eat or walk"
