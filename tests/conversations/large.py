"""A long questionnaire with routing like a national health survey's: every kind of question, a few that decide for many."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle

HEAD = """
format = 1
id = "large"
kind = "consultation"
title.en = "Health where you live"
identity = "confidential"
audience = "adults"
charter = { settles.en = "what comes first", decided_by.en = "The health board", can_change.en = "the order", \
cannot_change.en = "the budget", feedback_by = 2027-02-26 }
"""

TOPICS = (
    "smoking", "drinking", "food", "exercise", "sleep", "teeth", "eyesight", "hearing", "pain", "mood", "money", "home",
    "travel", "family", "work", "the surgery", "the pharmacy", "the hospital", "care at home", "using the web",
)  # fmt: skip

EVERYONE = ("age", "sex", "job", "ill")
"""Asked first, and asked about until the end."""

_KEYS = {
    "choice": 'options = [{ id = "never", label.en = "Never" }, { id = "some", label.en = "Sometimes" }, '
    '{ id = "often", label.en = "Often" }, { id = "else", label.en = "Something else", other = true }]',
    "choices": 'at_most = 3\noptions = [{ id = "cost", label.en = "The cost" }, { id = "time", label.en = "The time it takes" }, '
    '{ id = "trust", label.en = "Trust" }, { id = "far", label.en = "It is far away" }, '
    '{ id = "none", label.en = "None of these", alone = true }]',
    "yes-no": "",
    "scale": 'at_most = 5\nlow.en = "Not at all"\nhigh.en = "Very much"',
    "number": 'at_least = 0\nat_most = 100\nunit.en = "hours"',
    "date": "optional = true\nat_least = 2000-01-01",
    "place": "optional = true",
    "rank": 'options = [{ id = "near", label.en = "Nearer" }, { id = "soon", label.en = "Sooner" }, '
    '{ id = "kind", label.en = "Kinder" }]',
    "agree": "",
    "consent": 'says.en = "The health board may keep this answer for a year."',
    "text": "optional = true",
}
_ASKS = {
    "choice": "How often does {topic} worry you?",
    "choices": "What makes {topic} hard?",
    "yes-no": "Has {topic} changed for you this year?",
    "scale": "How much does {topic} matter to you?",
    "number": "How many hours a week go into {topic}?",
    "date": "When did you last talk with someone about {topic}?",
    "place": "Where would you look for help with {topic}?",
    "rank": "What should come first about {topic}?",
    "agree": "“There is good help with {topic} near me.”",
    "consent": "May we keep what you said about {topic}?",
    "text": "What else about {topic}?",
}
_GATES = {
    "yes-no": '{gate} = "yes"',
    "choice": '{gate} = ["some", "often"]',
    "choices": '{gate} = {{ includes = ["cost", "time"] }}',
    "scale": "{gate} = {{ at_least = 4 }}",
    "number": "{gate} = {{ at_least = 20 }}",
}


def source(questions: int = 100, conditions: int = 30) -> str:
    """An engagement file with so many questions, so many of them under a condition of their own; at least 10 and 0."""
    return HEAD + "\n".join(_steps(questions, conditions))


def _steps(questions: int, conditions: int) -> Iterator[str]:
    lives = cycle(("age = { at_least = 65 }", 'sex = "female"', 'job = ["paid", "own"]', 'ill = "yes"'))
    openers, followers = cycle(_GATES), cycle(kind for kind in _KEYS if kind not in {"yes-no", "number"})
    yield _OPENING
    gate, opener, used = "", "", 0
    for place in range(len(EVERYONE), questions):
        topic = TOPICS[(place // 6) % len(TOPICS)]
        if place % 6 == 4:
            yield _section(place, topic)
            gate, opener = f"q{place}", next(openers)
            yield _question(place, opener, topic)
            continue
        due = conditions * (place + 1) // questions > used or questions - place <= conditions - used
        when = ""
        if due and gate:
            used += 1
            when = f"when = {{ {_condition(used, _GATES[opener].format(gate=gate), next(lives))} }}"
        yield _question(place, next(followers), topic, when)


def _condition(number: int, near: str, far: str) -> str:
    """Mostly about the question just before; now and then about those asked first, too."""
    match number % 6:
        case 0:
            return f"any = [{{ {near} }}, {{ {far} }}]"
        case 2:
            return f"{near}, {far}"
        case 4:
            return f"not = {{ {near} }}"
        case _:
            return near


def _question(place: int, kind: str, topic: str, when: str = "") -> str:
    ask = _ASKS[kind].format(topic=topic)
    return f'[[steps]]\nid = "q{place}"\nkind = "{kind}"\nask.en = "{ask}"\n{_KEYS[kind]}\n{when}\n'


def _section(place: int, topic: str) -> str:
    return (
        f'[[steps]]\nid = "part{place}"\nkind = "section"\ntitle.en = "About {topic}"\nask.en = "Some questions about {topic}."\n'
    )


_OPENING = """
[[steps]]
id = "age"
kind = "number"
ask.en = "How old were you on your last birthday?"
at_least = 18
at_most = 110

[[steps]]
id = "sex"
kind = "choice"
ask.en = "What is your sex?"
optional = true
options = [{ id = "female", label.en = "Female" }, { id = "male", label.en = "Male" }]

[[steps]]
id = "job"
kind = "choice"
ask.en = "What do you do most days?"
options = [
  { id = "paid", label.en = "Paid work" },
  { id = "own", label.en = "My own business" },
  { id = "study", label.en = "Study" },
  { id = "retired", label.en = "Retired", when = { age = { at_least = 50 } } },
  { id = "none", label.en = "None of these" },
]

[[steps]]
id = "ill"
kind = "yes-no"
ask.en = "Do you have an illness that has lasted a year or more?"
"""
