"""A question of any kind, by itself, with another behind it."""

from __future__ import annotations

from conversations.effects import Effect, Say
from tests.conversations.talks import Talk, begin, buttons, english


def one(kind: str, rest: str = "") -> Talk:
    """A talk whose first question is of this kind; another follows."""
    last = '[[steps]]\nid = "last"\nkind = "text"\nask.en = "More?"\n'
    return begin(f'[[steps]]\nid = "q"\nkind = "{kind}"\nask.en = "And?"\n{rest}\n{last}')


def kept(talk: Talk) -> tuple[str, ...] | None:
    return talk.answers["q"].chosen if "q" in talk.answers else None


def labels(effects: list[Effect]) -> list[str]:
    return [english([Say((button.label,))]) for button in buttons(effects)]


FRUIT = "options = [" + ", ".join(f'{{ id = "{word}", label.en = "{word.title()}" }}' for word in ("apple", "pear", "plum")) + "]"
TOWNS = "options = [" + ", ".join(f'{{ id = "t{n}", label.en = "Town {n} on Sea" }}' for n in range(1, 31)) + "]"
