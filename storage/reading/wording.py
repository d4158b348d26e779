"""The exact words each answer was given to, told from what is kept beside it: its edition, step and language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from sqlalchemy import Connection, Table, select

from conversations.flow import Flow, Step
from conversations.text import choose
from storage.engagements import read_editions
from storage.schema import answers, wishes

UNKNOWN = "und"
"""The language of answers that were freed from whoever gave them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was put. `words` are its texts by name: ask, hint, says, unit …; `options` the labels by id.

    A gap such as `{who}` is left as the author wrote it: what stood in it is that person's earlier answer.
    """

    step: str
    edition: str
    language: str
    words: Mapping[str, str]
    options: Mapping[str, str]
    chosen: tuple[str, ...]


def of_answers(db: Connection, engagement_id: int) -> list[Asked]:
    """How each answer was asked for, in the order they are kept; nothing of who answered.

    Anonymous answers that were freed are left out: what would tell their words, language and edition, is gone by design.
    """
    return list(_asked(db, answers, engagement_id))


def of_wishes(db: Connection, engagement_id: int, person_id: int) -> list[Asked]:
    """How each answer about one person themselves was asked for."""
    return list(_asked(db, wishes, engagement_id, person_id))


def _asked(db: Connection, table: Table, engagement_id: int, person_id: int | None = None) -> Iterator[Asked]:
    wanted = select(table).where(table.c.engagement_id == engagement_id)
    rows = db.execute(wanted if person_id is None else wanted.where(table.c.person_id == person_id)).all()
    flows = read_editions(db, {row.edition_id for row in rows})
    for row in rows:
        flow = flows[row.edition_id]
        step = flow.find(row.step)
        if step and row.language != UNKNOWN:
            yield _put(flow, step, row.language, tuple(row.chosen.split()))


def _put(flow: Flow, step: Step, language: str, chosen: tuple[str, ...]) -> Asked:
    texts = {field.name: getattr(step, field.name) for field in fields(step) if field.init}
    words = {name: choose(text, language) for name, text in texts.items() if isinstance(text, Mapping) and text}
    options = {option.id: choose(option.label, language) for option in step.options}
    return Asked(step.id, flow.edition, language, words, options, chosen)
