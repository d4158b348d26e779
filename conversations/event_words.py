"""What an event or a meeting says of itself for all its dates alike: who comes, access, payment, kinds of places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conversations.text import Text

OFFERS = ("accept", "voucher", "donate", "decline")
"""What somebody can do with the payment for a place: take it, have a voucher, give it away, or not have it."""

MONEY = ("accept", "donate")
"""Of these, what only somebody of age is offered."""

OF_AGE = "18"
"""The age group that is; who would rather not say counts as under 18."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of person that places can be kept for."""

    id: str
    label: Text


@dataclass(frozen=True, slots=True)
class EventWords:
    """The words of `[event]`; what it settles and will change stands in the charter, and its dates are rows."""

    payment: Text  # what is paid and repaid, or plainly nothing
    why_you: Text = field(default_factory=dict)
    who_comes: Text = field(default_factory=dict)
    access: Text = field(default_factory=dict)
    kinds: tuple[Kind, ...] = ()
    offers: tuple[str, ...] = ()


TEXTS = ("why_you", "who_comes", "access", "payment")
"""The keys of `[event]` that hold words people read, in the order they are shown."""


def build(table: Mapping[str, Any]) -> EventWords:
    """The words in a checked `[event]` table."""
    words = {key: table[key] for key in TEXTS if key in table}
    kinds = tuple(Kind(kind["id"], kind["label"]) for kind in table.get("kinds", ()))
    return EventWords(**words, kinds=kinds, offers=tuple(table.get("offers", ())))
