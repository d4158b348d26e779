"""What an event or a meeting has to say of itself: who comes, access, payment, and kinds of places kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conversations.checking.places import Path
from conversations.checking.problems import Findings, count, quote, suggest
from conversations.checking.shapes import Table
from conversations.event_words import OFFERS
from conversations.flow import MEETS
from conversations.records import CODES, COMPANIONS, HOW, HOWS, KIND, MOST_COMPANIONS, NEEDS, OF_A_PLACE, PAYMENT

MOST_KINDS = 8
"""Kinds of reserved places: as many as can be told apart in one message."""


def check(engagement: Table, findings: Findings) -> None:
    """Note what does not fit about the event of an engagement whose shape has been read."""
    meets = engagement.get("kind") in MEETS
    if "event" in engagement and "kind" in engagement and not meets:
        what = f"a {engagement['kind']} has no dates that people come to"
        findings.add(("event",), what, f'write kind = "{MEETS[0]}" or "{MEETS[1]}", or take this table out')
    if meets and engagement.get("identity", "named") != "named":
        what = f"nobody can have a place in something {engagement['identity']}"
        findings.add(("identity",), what, 'write identity = "named"')
    event = engagement.get("event", {})
    _check_kinds(event.get("kinds", ()), findings)
    _check_offers(event.get("offers", ()), findings)
    for position, step in enumerate(engagement["steps"]):
        if step.get("record") in OF_A_PLACE and not meets and "kind" in engagement and not _is_of_all(step, engagement):
            what = f"{quote(step['record'])} is set of a place, and this has no places"
            findings.add(("steps", position, "record"), what, f'write kind = "{MEETS[0]}", or take `record` out')
        _check_options(step, event, ("steps", position), findings)
        _check_companions(step, ("steps", position), findings)


def _is_of_all(step: Table, engagement: Table) -> bool:
    """Whether it is set of all places somebody has, which only what is kept with their name can do."""
    return bool(step["record"] == PAYMENT and engagement.get("identity") == "named")


def _check_kinds(kinds: Sequence[Table], findings: Findings) -> None:
    if len(kinds) > MOST_KINDS:
        what = f"places are kept for {count(len(kinds), 'kind')} of people"
        findings.add(("event", "kinds", MOST_KINDS), what, f"keep to {MOST_KINDS}")


def _check_offers(offers: Sequence[str], findings: Findings) -> None:
    for place, offer in enumerate(offers):
        at: Path = ("event", "offers", place)
        if offer not in OFFERS:
            todo = suggest(offer, OFFERS, f"use some of {', '.join(OFFERS)}")
            findings.add(at, f"{quote(offer)} is nothing people can do with a payment", todo)
        elif offer in offers[:place]:
            findings.add(at, f"{quote(offer)} is given twice", "keep one of them")
    if offers and "decline" not in offers:
        findings.add(("event", "offers"), "nobody can say no to a payment", 'add "decline"')


def _check_options(step: Table, event: Mapping[str, Any], path: Path, findings: Findings) -> None:
    """The options of what sets somebody's needs or their place are codes that staff and the register know."""
    known, name = _known(step.get("record", ""), event)
    for place, option in enumerate(step.get("options", ()) if name else ()):
        if option.get("id") in known or (step["record"] == NEEDS and option.get("alone")):
            continue
        todo = suggest(str(option.get("id")), known, f"use some of {', '.join(known)}" if known else "write them under [event]")
        findings.add((*path, "options", place, "id"), f"{quote(option.get('id'))} is no {name}", todo)


def _known(record: str, event: Mapping[str, Any]) -> tuple[Sequence[str], str]:
    """The ids of the options of what sets `record`, and what one of them is; no name where they are free."""
    match record:
        case _ if record == NEEDS:
            return CODES, "need that is known here"
        case _ if record == HOW:
            return HOWS, "way to take part"
        case _ if record == PAYMENT:
            return event.get("offers", OFFERS), "offer for a payment"
        case _ if record == KIND:
            return [kind["id"] for kind in event.get("kinds", ()) if "id" in kind], "kind that places are kept for"
    return (), ""


def _check_companions(step: Table, path: Path, findings: Findings) -> None:
    most = step.get("at_most")
    if step.get("record") == COMPANIONS and not (isinstance(most, int) and 1 <= most <= MOST_COMPANIONS):
        at = (*path, "at_most") if "at_most" in step else path
        findings.add(at, "it is not said how many may come along", f"write at_most = {MOST_COMPANIONS}, or fewer")
