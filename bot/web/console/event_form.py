"""What an event or a meeting says of itself, as the fields of a form, and back."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.web.console.fields import Field, Sheet
from conversations.checking.events import MOST_KINDS
from conversations.event_words import OFFERS, TEXTS
from conversations.flow import MEETS

Table = dict[str, Any]

SPEAKS = "event."
"""What the names of these fields begin with."""

MEETS_WORDS = (("event", "Something people come to, like a workshop"), ("meeting", "The meetings of a group"))
WORDS = {
    "why_you": ("Why you ask these people", "One or two sentences."),
    "who_comes": ("Who will be there", "How many, from where, and how many of the team."),
    "access": ("What the place is like", "Steps, toilets, quiet room, breaks, captions."),
    "payment": ("What is paid", "Fares, time, care at home. If nothing is paid, say so."),
}
OFFER_WORDS = {
    "accept": "Take it",
    "voucher": "Have a voucher",
    "donate": "Give it away (people under 18 are not asked)",
    "decline": "Not have it",
}
KIND_HINT = "As people read it, like “I look after somebody”. Leave it empty to have none."


def fields_of(table: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the fields."""
    event = _event(table)
    found = {f"event.{key}.{tag}": words for key in TEXTS for tag, words in _words(event.get(key))}
    found |= {
        f"event.kinds.{place}.label.{tag}": words
        for place, kind in enumerate(_kinds(event))
        for tag, words in _words(kind.get("label"))
    }
    offers = event.get("offers")
    return found | {f"event.offers.{offer}": "yes" for offer in (offers if isinstance(offers, list) else ()) if offer in OFFERS}


def _event(table: Mapping[str, Any]) -> Table:
    event = table.get("event")
    return event if isinstance(event, dict) else {}


def _kinds(event: Mapping[str, Any]) -> list[Table]:
    kinds = event.get("kinds")
    return [kind for kind in kinds if isinstance(kind, dict)] if isinstance(kinds, list) else []


def _words(text: Any) -> Iterator[tuple[str, str]]:
    return ((tag, words) for tag, words in text.items() if isinstance(words, str)) if isinstance(text, dict) else iter(())


def put(table: Table, said: Mapping[str, str]) -> None:
    """Change what the engagement says of its dates to what the fields say; where they say nothing of it, it stays."""
    if table.get("kind") not in MEETS or not any(name.startswith(SPEAKS) for name in said):
        return
    event = copy.deepcopy(_event(table))
    for key in TEXTS:
        _put(event, key, _spoken(event.get(key), said, f"event.{key}."))
    kinds = _kinds(event)
    labelled: list[Table] = []
    for place in range(MOST_KINDS):
        kind = kinds[place] if place < len(kinds) else {}
        label = _spoken(kind.get("label"), said, f"event.kinds.{place}.label.")
        if label:
            known = {str(each.get("id", "")) for each in (*kinds, *labelled)}
            labelled.append({**kind, "id": kind.get("id") or _name(label, known), "label": label})
    _put(event, "kinds", [*labelled, *kinds[MOST_KINDS:]])
    offers = event.get("offers")
    before = offers if isinstance(offers, list) else []
    chosen = [offer for offer in OFFERS if f"event.offers.{offer}" in said]
    kept = [offer for offer in before if offer in chosen or offer not in OFFERS]
    _put(event, "offers", kept + [offer for offer in chosen if offer not in kept])
    _put(table, "event", event)


def _put(table: Table, key: str, value: Any) -> None:
    if value:
        table[key] = value
    else:
        table.pop(key, None)


def _spoken(text: Any, said: Mapping[str, str], before: str) -> dict[str, str]:
    """A text with the languages the fields speak of as they have them."""
    typed = {name.removeprefix(before): words for name, words in said.items() if name.startswith(before)}
    return {tag: words for tag, words in {**dict(_words(text)), **typed}.items() if words}


def _name(label: Mapping[str, str], known: set[str]) -> str:
    """A new id: the words, as far as they are letters that an id may have."""
    words = re.sub(r"[^a-z0-9]+", "-", next(iter(label.values())).lower()).strip("-")[:LONGEST].strip("-")
    names = [words if words[:1].isalpha() else "kind", *(f"kind-{number}" for number in range(2, 2 * MOST_KINDS + 2))]
    return next(name for name in names if name not in known)


LONGEST = 20  # letters: as many as a button carries


def groups(sheet: Sheet) -> Iterator[tuple[str, list[Field]]]:
    """The fields of the page, under headings; none for what has no dates."""
    if sheet.values.get("kind") not in MEETS:
        return
    yield "What people know before they come", [sheet.text(f"event.{key}", *WORDS[key]) for key in TEXTS]
    held = {int(name.split(".")[2]) for name in sheet.values if re.match(r"event\.kinds\.\d\.", name) and sheet.values[name]}
    many = min(max(held, default=-1) + 2, MOST_KINDS)
    kinds = [sheet.text(f"event.kinds.{place}.label", f"Kind {place + 1}", KIND_HINT, rows=1) for place in range(many)]
    yield "Kinds of people you keep places for", kinds
    yield (
        "What people can do with a payment",
        [sheet.one(f"event.offers.{offer}", words, sort="flag") for offer, words in OFFER_WORDS.items()],
    )
