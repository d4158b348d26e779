"""Rules on what people come to: who comes and how to get in are said, and payment is fair to whoever has benefits or is young."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conversations import event_words
from conversations.checking.care.draft import Draft, Remark, about
from conversations.checking.problems import quote
from conversations.flow import Option, Step
from conversations.records import PAYMENT
from conversations.screens import AGE_BANDS

OF_AGE = "18"

WHY = {"who_comes": "who will be there", "access": "how people get in, and what helps them once they are there"}
"""What people want to know before they say yes -> what it tells."""

_MONEY = re.compile(r"£|\b(?:pounds?|we pay you|paid for your time)\b", re.IGNORECASE)
_BENEFITS, _ADVICE = re.compile(r"\bbenefits?\b", re.IGNORECASE), re.compile(r"\badvi[cs]e", re.IGNORECASE)
_VOUCHER = re.compile(r"\bvouchers?\b", re.IGNORECASE)


def check_told(draft: Draft) -> Iterator[Remark]:
    """What an invitation leaves open."""
    event = draft.flow.event
    if event is None or draft.flow.kind != "event":
        return
    for key, tells in WHY.items():
        if not getattr(event, key):
            yield Remark(("event",), "event", f"people are not told {tells}", f'write {key}.en = "…" under [event]')


def check_payment(draft: Draft) -> Iterator[Remark]:
    """Payment can cost somebody their benefits, and under 18 it is a voucher."""
    for each in (each for each in draft.english if each.at == "event.payment" and _MONEY.search(each.plain)):
        if not (_BENEFITS.search(each.plain) and _ADVICE.search(each.plain)):
            yield each.remark("payment may change somebody’s benefits", "say so, and where to get advice on it")
        if draft.table["audience"] != "adults" and not _VOUCHER.search(each.plain):
            yield each.remark("people under 18 are not paid in money", "say that they can have a voucher")


def check_young_money(draft: Draft) -> Iterator[Remark]:
    """Nobody under 18 is offered money."""
    if draft.table["audience"] == "adults":
        return
    for step in draft.flow.steps:
        offered = [option.id for option in step.options if option.id in event_words.MONEY and _is_for_young(draft, step, option)]
        if step.record == PAYMENT and offered:
            what = f"somebody under 18 could be offered {quote(offered[0])}"
            todo = 'write when = { person.age_band = "18" } in that option, and keep the voucher for all'
            yield about(step.place, draft.table["steps"][step.place], "options", what, todo)


def _is_for_young(draft: Draft, step: Step, option: Option) -> bool:
    """Whether no condition keeps it from everybody who is not of age; what depends on answers keeps it from nobody."""
    whens = [when for when in (step.when, option.when) if when]
    ahead = {each.id for each in draft.flow.steps}
    return any(all(when.holds({}, {"age_band": band}, ahead) is not False for when in whens) for band in _YOUNG)


_YOUNG = tuple(band for band in AGE_BANDS if band != OF_AGE)
