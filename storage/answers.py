"""Answers as rows, clustered by respondent: a pseudonym, a random id once freed, or a person's code when named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, select

from conversations.session import Answer
from storage.keys import Keys
from storage.schema import answers
from storage.upserts import insert as upsert


def read(db: Connection, keys: Keys, wanted: Sequence[tuple[int, bytes]]) -> dict[tuple[int, bytes], dict[str, Answer]]:
    """The answers of these respondents, each as (engagement id, respondent) -> step -> answer."""
    if not wanted:
        return {}
    where = and_(
        answers.c.engagement_id.in_({engagement for engagement, _ in wanted}),
        answers.c.respondent.in_([who for _, who in wanted]),
    )
    found: dict[tuple[int, bytes], dict[str, Answer]] = {}
    for row in db.execute(select(answers).where(where)):
        found.setdefault((row.engagement_id, bytes(row.respondent)), {})[row.step] = read_answer(keys, row)
    return found


def read_answer(keys: Keys, row: Row[Any]) -> Answer:
    """The answer in a row of `answers`; free text is opened."""
    text = ""
    if row.sealed is not None:
        text = keys.open("answers.sealed", _answer_row(row.engagement_id, row.respondent, row.step), row.sealed).decode()
    return Answer(tuple(row.chosen.split()), text, row.skipped, row.language)


def _answer_row(engagement_id: int, who: bytes, step: str) -> str:
    return f"{engagement_id}.{who.hex()}.{step}"


def answer_row(keys: Keys, held: tuple[int, bytes, int], step: str, answer: Answer) -> dict[str, object]:
    """The row of one answer; `held` is (engagement id, respondent, edition id)."""
    engagement_id, who, edition_id = held
    sealed = None
    if answer.text:
        sealed = keys.seal("answers.sealed", _answer_row(engagement_id, who, step), answer.text.encode())
    return {
        "engagement_id": engagement_id,
        "respondent": who,
        "step": step,
        "edition_id": edition_id,
        "language": answer.language,
        "chosen": " ".join(answer.chosen),
        "sealed": sealed,
        "skipped": answer.skipped,
    }


@dataclass(frozen=True, slots=True)
class Answered:
    """What one respondent had said and says now; `place` is (engagement id, respondent, edition id)."""

    place: tuple[int, bytes, int]
    before: Mapping[str, Answer]
    after: Mapping[str, Answer]


def write(db: Connection, keys: Keys, changes: Sequence[Answered]) -> None:
    """Write what was said, changed or taken back."""
    kept, gone = [], []
    for change in changes:
        engagement_id, who, _ = change.place
        for step, answer in change.after.items():
            if change.before.get(step) != answer:
                kept.append(answer_row(keys, change.place, step, answer))
        gone += [{"e": engagement_id, "r": who, "s": step} for step in change.before if step not in change.after]
    if gone:
        where = (answers.c.engagement_id == bindparam("e"), answers.c.respondent == bindparam("r"))
        db.execute(delete(answers).where(*where, answers.c.step == bindparam("s")), gone)
    if kept:
        statement = upsert(db, answers)
        changed = {name: statement.excluded[name] for name in ("edition_id", "language", "chosen", "sealed", "skipped")}
        key = ["engagement_id", "respondent", "step"]
        db.execute(statement.on_conflict_do_update(index_elements=key, set_=changed), kept)
