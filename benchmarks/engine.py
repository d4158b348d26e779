"""`python3 -m benchmarks engine`: how fast a conversation is worked out, without network, database or languages.

People walk a long engagement from end to end. What they do is written down first; then their turns are taken again,
one after another, each from the session as it would come out of the database, and only that is timed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from statistics import median
from time import process_time
from typing import TypeVar

from benchmarks.modes import Goal
from benchmarks.report import describe_machine
from bot import speech
from conversations import checking, engine, flow, reception
from conversations.effects import Complete, Facts, Person, Say
from conversations.flow import Flow, Step
from conversations.inputs import Back, Done, Input, Look, Open, Outcome, Skip, Tap, Words
from conversations.questions import KINDS, how_many
from conversations.session import Session
from tests.conversations import large

T = TypeVar("T")
NOW = dt.datetime(2027, 1, 4, 9, 30, tzinfo=dt.UTC)
ADULT = Person(age_band="18")
FACTS = Facts(NOW, ADULT)
WORDS = {"text": "It is hard to get there by bus, and nobody calls back.", "place": "ME14", "date": "12 May 2019"}


@dataclass(frozen=True, slots=True)
class Moment:
    """One turn to take: what had been said before it, and what is done now."""

    session: Session
    given: Input


def main(words: list[str]) -> int:
    """Measure, print the figures beside the goals, and return the exit code."""
    parser = argparse.ArgumentParser("python3 -m benchmarks engine", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3, help="so many rounds (3)")
    parser.add_argument("--people", type=int, default=30, help="how many people walk from end to end (30)")
    parser.add_argument("--questions", type=int, default=100, help="so many questions (100)")
    parser.add_argument("--conditions", type=int, default=30, help="so many of them under a condition (30)")
    parser.add_argument("--seed", type=int, default=1, help="choose other answers")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every round's figures to a file")
    wanted = parser.parse_args(words)
    source = large.source(wanted.questions, wanted.conditions)
    asked = flow.read(source)
    chance = Random(wanted.seed)
    walks = [list(walk(asked, chance)) for _ in range(wanted.people)]
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # as in `bot.app`
    print(describe_machine(pinned=False))
    print(f"{wanted.questions} questions, {wanted.conditions} conditions, {wanted.people} people: {sum(map(len, walks)):,} turns")
    rounds = [measure(source, asked, walks) for _ in range(wanted.rounds)]
    for name in FIGURES:
        print(_told(name, rounds))
    if wanted.json:
        wanted.json.write_text(json.dumps(rounds, indent=1), encoding="utf-8")
    return 0


def walk(asked: Flow, chance: Random) -> Iterator[Moment]:
    """One person's way from end to end, mostly by taps, with second thoughts now and then."""
    session = Session("abcdefghij", asked.edition)
    given: Iterator[Input] = iter([Open(asked.id)])
    editions = {asked.edition: asked}
    while not session.finished:
        doing = next(given, None)
        if doing is None:
            step = flow.present(asked, session.answers, ADULT.facts())
            given = _answers(asked, session, step, chance) if step else iter((Open(asked.id),))
            continue
        yield Moment(session, doing)
        turn = reception.receive(editions, session, doing, FACTS)
        if any(isinstance(effect, Complete) for effect in turn.effects):
            turn = reception.receive(editions, turn.session, Outcome(engine.KEEP, "kept"), FACTS)
        session = turn.session or session


def _answers(asked: Flow, session: Session, step: Step, chance: Random) -> Iterator[Input]:
    """What a person does under a question, until it is answered."""
    place, luck = asked.positions[step.id], chance.random()
    offers = flow.offered(step, session.answers, ADULT.facts())
    if session.answers and luck < SECOND_THOUGHTS:
        yield Back(session.code, place)
        return
    if step.optional and luck > 1 - SKIPS:
        yield Skip(session.code, place)
    elif step.kind == "number":
        yield Words(str(chance.randint(int(str(step.at_least)), int(str(step.at_most)))))
    elif step.kind == "date" and luck < TYPED:
        yield from (Look(session.code, place, 2026), Look(session.code, place, 202603), Tap(session.code, place, 20260314))
    elif not offers:
        yield Words(WORDS[step.kind])
    elif KINDS[step.kind].many:
        least, most = how_many(step, len(offers))
        picked = chance.sample([option for option in offers if not option.alone], k=max(least, min(2, most)))
        yield from (Tap(session.code, place, step.options.index(option)) for option in picked)
        yield Done(session.code, place)
    elif luck < TYPED:
        yield Words(str(chance.randint(1, len(offers))))
    else:
        yield Tap(session.code, place, step.options.index(chance.choice(offers)))


SECOND_THOUGHTS, SKIPS, TYPED = 0.01, 0.05, 0.2


def measure(source: str, asked: Flow, walks: Sequence[Sequence[Moment]]) -> dict[str, float]:
    """One round's figures, by the names of FIGURES."""
    editions = {asked.edition: asked}
    turns = [reception.receive(editions, moment.session, moment.given, FACTS) for walk in walks for moment in walk]
    said = [effect for turn in turns for effect in turn.effects if isinstance(effect, Say)]
    return {
        "respond": _rate(walks, lambda one: engine.respond(editions, one.session, one.given, FACTS)),
        "receive": _rate(walks, lambda one: reception.receive(editions, one.session, one.given, FACTS)),
        "speak": len(said) / _seconds(said, lambda one: speech.speak(one, "en")),
        "check": _seconds([source], lambda one: checking.check(one, "large.toml")),
    }


def _rate(walks: Sequence[Sequence[Moment]], work: Callable[[Moment], object]) -> float:
    """How many turns a second, each with a session of its own, as it comes out of the database."""
    gc.collect()
    return sum(map(len, walks)) / sum(_seconds([_afresh(moment) for moment in walk], work) for walk in walks)


def _afresh(moment: Moment) -> Moment:
    return Moment(replace(moment.session, answers=dict(moment.session.answers)), moment.given)


def _seconds(many: Sequence[T], work: Callable[[T], object]) -> float:
    """The processor's time to do `work` to each of `many`."""
    begin = process_time()
    for one in many:
        work(one)
    return process_time() - begin


def _told(name: str, rounds: Sequence[Mapping[str, float]]) -> str:
    """The median of one figure, from lowest to highest, beside its goal."""
    label, places, goal = FIGURES[name]
    values = [figures[name] for figures in rounds]
    line = f"    {label:<46}{median(values):>10,.{places}f}   {min(values):,.{places}f} to {max(values):,.{places}f}"
    if goal is None:
        return line
    sign, met = "≥" if goal.at_least else "≤", "met" if goal.met_by(median(values)) else "NOT MET"
    return f"{line:<80} goal {sign} {goal.bound:,.0f}: {met}"


# name: what it says, decimal places, what we want of it
FIGURES: dict[str, tuple[str, int, Goal | None]] = {
    "respond": ("turns a second, within an engagement", 0, Goal(50_000, at_least=True)),
    "receive": ("turns a second, with all that comes before one", 0, None),
    "speak": ("messages put into words a second", 0, None),
    "check": ("checking the engagement (s)", 2, Goal(1)),
}
