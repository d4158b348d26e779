"""What is kept beside each answer gives back the very words it was asked with, whatever changed in the meantime."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from conversations import approval, flow
from storage import engagements, schema
from storage.reading import wording
from storage.reading.wording import Asked
from tests.road.indoors import Indoors, Visitor, indoors

HEAD = """format = 1
id = "every-kind"
kind = "consultation"
title = {{ en = "Every kind", cy = "Pob math" }}
identity = "{identity}"
audience = "everyone"
[charter]
settles = {{ en = "a thing", cy = "peth" }}
decided_by = {{ en = "The group", cy = "Y grŵp" }}
can_change = {{ en = "this", cy = "hyn" }}
cannot_change = {{ en = "that", cy = "hynny" }}
feedback_by = 2027-02-26
"""


def two(first: tuple[str, str], second: tuple[str, str]) -> str:
    """Two options, each in both languages."""
    labels = zip("ab", (first, second), strict=True)
    return (
        "options = ["
        + ", ".join(f'{{ id = "{name}", label = {{ en = "{en}", cy = "{cy}" }} }}' for name, (en, cy) in labels)
        + "]"
    )


QUESTIONS = {
    "choice": ("2", two(("Alpha", "Alffa"), ("Beta", "Beta"))),
    "choices": ("1 and 2", two(("Ash", "Onnen"), ("Birch", "Bedwen"))),
    "rank": ("2, 1", two(("Apple", "Afal"), ("Pear", "Gellygen"))),
    "yes-no": ("yes", ""),
    "agree": ("agree", ""),
    "consent": ("yes", 'says = { en = "My words may be read.", cy = "Cewch ddarllen." }'),
    "scale": ("4", 'low = { en = "Badly", cy = "Gwael" }\nhigh = { en = "Well", cy = "Da" }'),
    "number": ("12", 'unit = { en = "miles", cy = "milltir" }'),
    "date": ("2027-01-04", 'hint = { en = "A day will do.", cy = "Dim ond diwrnod." }'),
    "place": ("ME14", ""),
    "text": ("Listen", ""),
}
"""Kind -> an answer that is understood in both languages, and what the question has besides its words."""


def source(identity: str, words: str = "Question about {kind}?") -> str:
    steps = [
        f'[[steps]]\nid = "s-{kind}"\nkind = "{kind}"\n'
        f'ask = {{ en = "{words.format(kind=kind)}", cy = "Cwestiwn {kind}?" }}\n{more}\n'
        for kind, (_, more) in QUESTIONS.items()
    ]
    about = (
        '[[steps]]\nid = "s-me"\nkind = "yes-no"\nabout = "me"\nask = { en = "Shall we write?", cy = "Gawn ni ysgrifennu?" }\n'
    )
    return HEAD.format(identity=identity) + "".join(steps) + about


@pytest.fixture
def home(database: str, tmp_path: Path) -> Iterator[Indoors]:
    with indoors(database, tmp_path) as made:
        yield made


def opened(home: Indoors, identity: str) -> str:
    engagement = adopt(home, identity, source(identity))
    home.do(engagements.set_state, engagement.id, engagements.OPEN, home.base.clock.now())
    code: str = home.do(engagements.make_link, engagement, "", home.base.clock.now()).code
    return code


def approved(text: str) -> str:
    """The text with all its Welsh approved."""
    found = {one.name: approval.fingerprint(one.text["en"], one.text["cy"]) for one in approval.texts(tomllib.loads(text))}
    marks = ", ".join(f'"{name}" = "{mark}"' for name, mark in found.items())
    return f'{text}[approved.cy]\nby = "Mair"\non = 2026-11-01\ntexts = {{ {marks} }}\n'


def adopt(home: Indoors, identity: str, text: str) -> engagements.Engagement:
    text = approved(text)
    assert flow.read(text).identity == identity
    place = home.base.house.organisation_id
    home.do(engagements.adopt, place, {"every-kind": text}, home.base.clock.now())
    found: engagements.Engagement = home.do(engagements.find, place, "every-kind")
    return found


def answer_all(home: Indoors, link: str, language: str) -> tuple[Visitor, dict[str, str]]:
    """Somebody who answers everything in a language, and the message each question came with."""
    person = home.person()
    for words in ("/start", "18", "/language"):
        home.take([person.types(words)])
    home.take([person.taps({"en": "English", "cy": "Cymraeg"}[language])])
    home.take([person.types(f"/start {link}")])
    heard = {}
    for kind, (answer, _) in QUESTIONS.items():
        heard[f"s-{kind}"] = seen(person)
        home.take([person.types({"yes": "1", "agree": "1"}.get(answer, answer))])
    heard["s-me"] = seen(person)
    home.take([person.types("1")])
    return person, heard


def seen(person: Visitor) -> str:
    """The newest message, with its buttons."""
    letter = next(letter for letter in reversed(person.heard) if letter.kind == "say")
    return "\n".join([letter.content["text"], *(words for row in letter.content["rows"] for words, _ in row)])


def check(asked: Asked, heard: str, language: str) -> None:
    """Every word the question is said to have had was in the message."""
    assert asked.language == language
    for words in (*asked.words.values(), *asked.options.values()):
        assert words in heard


@pytest.mark.parametrize("identity", ["confidential", "named"])
@pytest.mark.parametrize("language", ["en", "cy"])
def test_every_answer_gives_back_the_words_it_was_asked_with(home: Indoors, identity: str, language: str) -> None:
    link = opened(home, identity)
    _, heard = answer_all(home, link, language)
    engagement = adopt(home, identity, source(identity, "Another question about {kind}?"))
    asked = home.do(wording.of_answers, engagement.id)
    assert {one.step for one in asked} == {f"s-{kind}" for kind in QUESTIONS}
    for one in asked:
        check(one, heard[one.step], language)


@pytest.mark.parametrize("identity", ["anonymous", "confidential", "named"])
def test_an_answer_about_the_person_gives_back_its_words_too(home: Indoors, identity: str) -> None:
    link = opened(home, identity)
    _, heard = answer_all(home, link, "cy")
    changed = source(identity).replace("Shall we write?", "May we write?").replace("Gawn ni ysgrifennu?", "Gawn ni ffonio?")
    engagement = adopt(home, identity, changed)
    person = home.do(lambda db: db.scalars(select(schema.wishes.c.person_id)).one())
    (asked,) = home.do(wording.of_wishes, engagement.id, person)
    check(asked, heard["s-me"], "cy")
    assert (asked.step, asked.chosen, asked.words) == ("s-me", ("yes",), {"ask": "Gawn ni ysgrifennu?"})
