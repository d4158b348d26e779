"""An engagement with a question of every kind, and what fifty people say to it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

from conversations.session import Answer
from storage.engagements import Engagement
from storage.figures import releases
from tests.storage.world import NOON, World, pick, write

EVERY_KIND = """
format = 1
id = "kinds"
kind = "consultation"
title.en = "A question of every kind"
identity = "confidential"
audience = "everyone"
[charter]
settles.en = "what comes first"
decided_by.en = "The delivery group"
can_change.en = "where and when"
cannot_change.en = "the budget"
feedback_by = 2027-03-01
[[steps]]
id = "choice"
kind = "choice"
ask.en = "Which best describes you?"
options = [
  { id = "have", label.en = "I have it <b>& more</b>" },
  { id = "care", label.en = "I care for someone who has had it for longer than either of us can remember" },
  { id = "else", label.en = "Something else 🚲", other = true },
]
[[steps]]
id = "choices"
kind = "choices"
ask.en = "What would help?"
options = [{ id = "near", label.en = "Nearer home" }, { id = "late", label.en = "Later in the day" }]
[[steps]]
id = "urdu"
kind = "choice"
ask.en = "آپ کو سب سے زیادہ مدد کس سے ملے گی؟"
options = [{ id = "a", label.en = "گھر کے قریب ملاقات (12)" }, { id = "b", label.en = "فون پر" }]
[[steps]]
id = "yes-no"
kind = "yes-no"
ask.en = "Have you been before?"
[[steps]]
id = "agree"
kind = "agree"
ask.en = "The clinic should open on Saturdays."
[[steps]]
id = "consent"
kind = "consent"
ask.en = "May we quote you?"
says.en = "I agree that my words may be printed without my name."
[[steps]]
id = "scale"
kind = "scale"
ask.en = "How easy was it to get there?"
at_least = 0
at_most = 10
low.en = "Not easy at all, it took far too long"
high.en = "Very easy"
[[steps]]
id = "rank"
kind = "rank"
ask.en = "Put these in order."
options = [
  { id = "staff", label.en = "Kind staff" },
  { id = "time", label.en = "Time" },
  { id = "place", label.en = "The place" },
]
[[steps]]
id = "age"
kind = "number"
ask.en = "How old are you?"
at_least = 0
at_most = 110
unit.en = "years"
[[steps]]
id = "wait"
kind = "number"
ask.en = "How long did you wait?"
unit.en = "weeks"
[[steps]]
id = "seen"
kind = "date"
ask.en = "When were you last seen?"
[[steps]]
id = "place"
kind = "place"
ask.en = "Where do you live?"
[[steps]]
id = "wrong"
kind = "text"
ask.en = "One thing we should not get wrong?"
"""


def fill(world: World, people: int = 50) -> Engagement:
    """The engagement in `world`, answered by so many people, and released."""
    made = world.engage(source=EVERY_KIND)
    world.answer_all(made, say(people))
    world.do(lambda db: releases.make(db, made, NOON))
    return made


def say(people: int) -> Iterator[Mapping[str, Answer]]:
    chance = random.Random(3)
    for number in range(people):
        yield {
            "choice": pick(chance.choice(["have", "have", "care", "else"])),
            "choice-other": write(f"=SUM({number})"),
            "choices": pick(*chance.choice([("near",), ("near", "late"), ("late",)])),
            "urdu": pick(chance.choice("aab")),
            "yes-no": pick(chance.choice(["yes", "no"])),
            "agree": pick(chance.choice(["agree", "agree", "disagree", "pass"])),
            "consent": pick(chance.choice(["yes", "no"])),
            "scale": pick(str(min(10, max(0, round(chance.gauss(7, 2)))))),
            "rank": pick(*chance.choice([("staff", "time", "place"), ("time", "staff", "place"), ("staff", "place", "time")])),
            "age": pick(str(round(chance.gauss(50, 17)))),
            "wait": pick(str(chance.choice([2, 4, 6, 12, 13, 18, 26, 1040]))),
            "seen": pick(f"202{chance.choice([4, 5, 6, 6, 6])}-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}"),
            "place": pick(chance.choice(["ME14", "ME14", "ME15", "TN1", "CT9"])),
            "wrong": write(f"a secret {number}"),
        }
