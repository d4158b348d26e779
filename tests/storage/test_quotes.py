"""Whatever staff do in whatever order, only words are shown that two of them have read and whose writer agreed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, update

from conversations.session import Answer
from storage import schema
from storage.engagements import Engagement
from storage.figures import releases
from storage.reading import handles, quotes, readings
from storage.reading.handles import Place
from storage.reading.quotes import QuoteError
from tests.storage.test_readings import ADULTS, QUOTING, to_read
from tests.storage.world import NOON, SKIPPED, World, make_keys, pick, write


def quoted(world: World, engagement: Engagement) -> list[str]:
    return sorted(quote.words for quote in world.do(lambda db: quotes.approved(db, world.keys, engagement)))


def propose(world: World, engagement: Engagement, place: Place, words: str, who: str) -> str:
    return world.do(lambda db: quotes.propose(db, world.keys, engagement, place, words, who, NOON))


def approve(world: World, engagement: Engagement, place: Place, who: str, words: str = "") -> None:
    draft = world.do(lambda db: quotes.draft(db, world.keys, engagement, place))
    assert draft
    seen = words or draft.seen
    world.do(lambda db: quotes.approve(db, world.keys, engagement, place, seen, who))


def release(world: World, engagement: Engagement) -> None:
    world.do(lambda db: releases.make(db, engagement, NOON))


@pytest.mark.parametrize("said", [{"may-quote": pick("no")}, {"may-quote": SKIPPED}, {}])
def test_whoever_has_not_agreed_cannot_be_quoted(world: World, said: dict[str, object]) -> None:
    quoting = world.engage("confidential", QUOTING)
    world.answer(quoting, {"wrong": write("one"), **said})  # type: ignore[dict-item]
    (one,) = to_read(world, quoting)
    with pytest.raises(QuoteError):
        propose(world, quoting, one.place, "one", "ada")


def test_a_quote_is_shown_once_a_second_reader_has_approved_it(world: World) -> None:
    quoting = world.engage("confidential", QUOTING)
    world.answer_all(quoting, [{"wrong": write("Dr Ann is kind"), "may-quote": pick("yes")}] * 10)
    release(world, quoting)
    place = to_read(world, quoting)[0].place
    assert propose(world, quoting, place, "[name] is kind", "ada") == "asked"
    assert world.do(lambda db: quotes.waiting(db, world.organisation_id)) == {quoting.id: 1}
    assert quoted(world, quoting) == []
    with pytest.raises(QuoteError):
        approve(world, quoting, place, "ada")
    approve(world, quoting, place, "bob")
    assert quoted(world, quoting) == ["[name] is kind"]
    assert world.do(lambda db: quotes.waiting(db, world.organisation_id)) == {}
    world.do(lambda db: quotes.refuse(db, quoting, place))
    assert quoted(world, quoting) == []


def test_words_that_changed_meanwhile_are_not_approved(world: World) -> None:
    quoting = world.engage("confidential", QUOTING)
    world.answer(quoting, {"wrong": write("one"), "may-quote": pick("yes")})
    place = to_read(world, quoting)[0].place
    propose(world, quoting, place, "one", "ada")
    draft = world.do(lambda db: quotes.draft(db, world.keys, quoting, place))
    assert draft
    propose(world, quoting, place, "another", "ada")
    with pytest.raises(QuoteError):
        approve(world, quoting, place, "bob", draft.seen)


def test_among_adults_one_reader_is_enough(world: World) -> None:
    quoting = world.engage("confidential", ADULTS)
    world.answer_all(quoting, [{"wrong": write("one"), "may-quote": pick("yes")}] * 10)
    release(world, quoting)
    assert propose(world, quoting, to_read(world, quoting)[0].place, "one", "ada") == "approved"
    assert quoted(world, quoting) == ["one"]


def test_nothing_is_quoted_before_ten_have_finished(world: World) -> None:
    quoting = world.engage("confidential", ADULTS)
    world.answer_all(quoting, [{"wrong": write("one"), "may-quote": pick("yes")}] * 9)
    release(world, quoting)
    propose(world, quoting, to_read(world, quoting)[0].place, "one", "ada")
    assert quoted(world, quoting) == []


# --- In any order

SAID: tuple[dict[str, Answer], ...] = ({"may-quote": pick("yes")}, {"may-quote": pick("no")}, {"may-quote": SKIPPED}, {})
PEOPLE = 12

Press = tuple[str, str, int, str]
"""What is done, who of staff does it, to whose text, with which words."""

PRESSES = st.lists(
    st.tuples(
        st.sampled_from(["propose", "approve", "refuse"]),
        st.sampled_from(["ada", "bob"]),
        st.integers(0, 3),
        st.sampled_from(["some words", "other words"]),
    ),
    max_size=12,
)


@dataclass
class Shelf:
    """Twelve texts of an engagement whose writers agreed, refused, skipped that or were not asked, in turn."""

    world: World
    source: str
    places: list[Place] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Have them written and counted."""
        self.made: Engagement = self.world.engage("confidential", self.source)
        said = [{"wrong": write(f"text {number:02}"), **SAID[number % 4]} for number in range(PEOPLE)]
        self.world.answer_all(self.made, said)
        self.world.do(lambda db: releases.make(db, self.made, NOON))
        found = self.world.do(lambda db: readings.to_read(db, self.world.keys, self.made)).said
        self.places = [one.place for one in sorted(found, key=lambda one: one.words)]

    def play(self, presses: Sequence[Press]) -> set[str]:
        """Do all of it; returns what may be shown, by a model as plain as can be."""
        self.world.do(lambda db: db.execute(delete(schema.readings)).rowcount)
        asked: dict[int, tuple[str, str]] = {}
        shown: dict[int, str] = {}
        for do, who, number, words in presses:
            done = self.press(do, who, self.places[number], f"{words} {number}")
            if do == "propose" and number == 0:
                asked[number] = (f"{words} {number}", who)
                shown.pop(number, None)
                if self.source == ADULTS:
                    shown[number] = asked.pop(number)[0]
            elif do == "approve" and number in asked and asked[number][1] != who:
                shown[number] = asked.pop(number)[0]
            elif do == "refuse":
                asked.pop(number, None)
                shown.pop(number, None)
            assert done or number != 0 or do != "propose"
        return set(shown.values())

    def press(self, do: str, who: str, place: Place, words: str) -> bool:
        """One press, and whether it was taken."""

        def work(db: Connection) -> None:
            if do == "propose":
                quotes.propose(db, self.world.keys, self.made, place, words, who, NOON)
            elif do == "approve":
                draft = quotes.draft(db, self.world.keys, self.made, place)
                quotes.approve(db, self.world.keys, self.made, place, draft.seen if draft else "", who)
            else:
                quotes.refuse(db, self.made, place)

        with contextlib.suppress(QuoteError):
            self.world.do(work)
            return True
        return False

    def shown(self) -> set[str]:
        """What leaves the team."""
        return {quote.words for quote in self.world.do(lambda db: quotes.approved(db, self.world.keys, self.made))}


@pytest.fixture(scope="module", params=[QUOTING, ADULTS], ids=["everyone", "adults"])
def shelf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    folder: Path = tmp_path_factory.mktemp("quotes")
    with World(f"sqlite:///{folder / 'withus.db'}", make_keys(folder)) as world:
        yield Shelf(world, request.param)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(presses=PRESSES)
def test_only_what_was_agreed_and_read_by_two_is_shown(shelf: Shelf, presses: list[Press]) -> None:
    expected = shelf.play(presses)
    assert shelf.shown() == expected


UNREAD: list[Press] = [("propose", "ada", 0, "some words"), ("approve", "ada", 0, "")]


def alone(_engagement: Engagement) -> bool:
    return False


def everybody(_db: Connection, _engagement_id: int, who: Collection[bytes]) -> set[bytes]:
    return set(who)


@pytest.mark.parametrize(
    "name, broken, presses",
    [("needs_second", alone, UNREAD), ("permitted", everybody, [("propose", "ada", 1, "some words"), ("approve", "bob", 1, "")])],
)
def test_a_version_that_asks_nobody_else_is_caught(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, name: str, broken: Callable[..., object], presses: list[Press]
) -> None:
    if shelf.source == ADULTS and name == "needs_second":
        return  # one reader is enough there, so there is nobody to forget
    monkeypatch.setattr(quotes, name, broken)
    expected = shelf.play(presses)
    assert shelf.shown() != expected


def test_a_quote_ends_with_the_leave_it_stood_on(shelf: Shelf) -> None:
    shelf.play([("propose", "ada", 0, "some words"), ("approve", "bob", 0, "")])
    assert shelf.shown() == {"some words 0"}
    mine = (schema.answers.c.step == "may-quote", schema.answers.c.respondent == shelf.places[0][0])
    for chosen in ("no", "yes"):
        changed = update(schema.answers).where(*mine).values(chosen=chosen)
        shelf.world.do(lambda db, changed=changed: db.execute(changed).rowcount)  # type: ignore[misc]
        assert shelf.shown() == ({"some words 0"} if chosen == "yes" else set())


def test_a_quote_of_another_engagement_is_not_shown(shelf: Shelf) -> None:
    shelf.play([("propose", "ada", 0, "some words"), ("approve", "bob", 0, "")])
    other = shelf.world.engage("confidential")
    assert shelf.world.do(lambda db: quotes.approved(db, shelf.world.keys, other)) == []
    handle = handles.give(shelf.world.keys, shelf.made.id, shelf.places[0])
    assert shelf.world.do(lambda db: readings.find(db, shelf.world.keys, other, handle)) is None
