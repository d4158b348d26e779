"""Who is left out of a message and why: the count, the freeze and plain Python say the same of everybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, update

from storage.broadcasting import audiences
from storage.broadcasting.audiences import REASONS, Sending, Tally
from storage.broadcasting.criteria import Criteria
from storage.schema import broadcast_texts, engagements, people
from tests.storage.crowd import BOT, DAY, Someone, Wrote, another, broadcast, meet, set_up, settle
from tests.storage.world import NOON, World

COUNTED = ("pending", "sending", "sent", "unknown")


@dataclass(frozen=True)
class Case:
    """A crowd, what is sent to it, and what the organisation has settled."""

    crowd: tuple[Someone, ...]
    sort: str = "engagement"
    reminds: bool = False
    audience: str = "everyone"
    languages: tuple[str, ...] | None = None
    week: int = 2
    month: int = 6


def oracle(case: Case, one: Someone) -> str | None:
    """Why somebody is left out, said as plainly as can be."""
    adult = one.age == "18"
    near = [letter for letter in one.letters if letter.state in COUNTED]
    spent = [letter for letter in one.letters if letter.state in {*COUNTED, "left"}]  # left as unknown: it may have come
    week, month = (sum(abs(letter.days) < span for letter in spent) for span in (7, 30))
    spoken = {one.language, one.language.partition("-")[0]}
    for reason, holds in (
        ("stopped", one.stopped),
        ("paused", one.paused is not None and one.paused > 0),
        ("unreachable", one.address != "open"),
        ("no-consent", case.sort != "service" and one.wants is not True),
        ("age", case.audience != "everyone" and (case.audience == "adults") != adult),
        ("answered", case.reminds and one.finished is True),
        ("nudged", case.reminds and sum(letter.reminds for letter in near) >= (2 if adult else 1)),
        ("too-soon", case.reminds and any(letter.reminds and letter.days > -3 for letter in near)),
        ("budget", week >= (case.week if adult else 1) or month >= (case.month if adult else 3)),
        ("no-words", case.languages is not None and not spoken & set(case.languages)),
    ):
        if holds:
            return reason
    return None


letters = st.builds(
    Wrote,
    days=st.sampled_from([-31, -30, -29.9, -8, -7, -6.9, -3, -2.9, -0.1, 0, 6.9, 7, 29.9, 30]),
    state=st.sampled_from([*COUNTED, "failed", "left"]),
    reminds=st.booleans(),
)
someone = st.builds(
    Someone,
    stopped=st.sampled_from([False] * 5 + [True]),
    paused=st.sampled_from([None] * 4 + [-0.1, 0, 0.1, 30]),
    address=st.sampled_from(["open"] * 8 + ["blocked", "gone", "unsealed", "web", "none"]),
    wants=st.sampled_from([True] * 5 + [False, None]),
    age=st.sampled_from(["18", "18", "16-17", "unsaid"]),
    language=st.sampled_from(["en", "en-x-easy", "enm", "ur", "cy"]),
    finished=st.sampled_from([None, False, True]),
    letters=st.lists(letters, max_size=3).map(tuple),
)
cases = st.builds(
    Case,
    crowd=st.lists(someone, min_size=1, max_size=12).map(tuple),
    sort=st.sampled_from(["engagement", "engagement", "promotion", "service"]),
    reminds=st.booleans(),
    audience=st.sampled_from(["everyone", "everyone", "adults", "under-18s"]),
    languages=st.sampled_from([None, ("en",), ("en", "ur"), ()]),
    week=st.integers(0, 3),
    month=st.integers(3, 6),
)
few = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Back(Exception):
    """Ends a transaction that leaves nothing behind."""


def leave_nothing(world: World, work: Callable[[Connection], None]) -> None:
    def whole(db: Connection) -> None:
        work(db)
        raise Back

    with pytest.raises(Back):
        world.do(whole)


def play(db: Connection, organisation_id: int, case: Case) -> tuple[Sending, dict[int, Someone]]:
    scene = set_up(db, organisation_id, audience=case.audience)
    settle(db, organisation_id, week=str(case.week), month=str(case.month))
    ids = meet(db, scene, case.crowd)
    sending = Sending(organisation_id, BOT, NOON, "polls", case.sort, scene.engagement_id, case.reminds, case.languages)
    return sending, dict(zip(ids, case.crowd, strict=True))


def reasons(db: Connection, sending: Sending) -> dict[int, str | None]:
    mine = people.c.organisation_id == sending.organisation_id
    return {row[0]: row[1] for row in db.execute(select(people.c.id, audiences.reason(db, sending)).where(mine))}


def check_reasons(world: World, case: Case) -> None:
    """The SQL says of everybody what plain Python says; the count is the sum of it."""

    def work(db: Connection) -> None:
        sending, who = play(db, world.organisation_id, case)
        said = {person: oracle(case, one) for person, one in who.items()}
        assert reasons(db, sending) == said, "not whom plain Python leaves out"
        spoken = Counter(who[person].language for person, why in said.items() if why is None)
        young = sum(one.age != "18" and said[person] is None for person, one in who.items())
        out = Counter(why for why in said.values() if why)
        in_order = {why: out[why] for why in REASONS if out[why]}
        told = audiences.tally(db, Criteria(), sending)
        assert told == Tally(len(said) - out.total(), in_order, 0, young, dict(spoken))
        assert list(told.left_out) == list(in_order)

    leave_nothing(world, work)


@given(cases)
@few
def test_the_query_leaves_out_whom_plain_python_leaves_out_and_says_the_same_reason(world: World, case: Case) -> None:
    check_reasons(world, case)


def test_a_reason_that_is_forgotten_is_missed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for forgotten, somebody in EXAMPLES.items():
        case = Case((somebody,), reminds=True, audience="adults", languages=("en",))
        check_reasons(world, case)
        with monkeypatch.context() as broken:
            broken.setitem(REASONS, forgotten, replace(REASONS[forgotten], rule=lambda _asked: None))
            with pytest.raises(AssertionError, match="not whom plain Python leaves out"):
                check_reasons(world, case)


EXAMPLES = {
    "stopped": Someone(stopped=True),
    "paused": Someone(paused=1),
    "unreachable": Someone(address="blocked"),
    "no-consent": Someone(wants=None),
    "age": Someone(age="16-17"),
    "answered": Someone(finished=True),
    "nudged": Someone(letters=(Wrote(-40, reminds=True), Wrote(-50, reminds=True))),
    "too-soon": Someone(letters=(Wrote(-1, reminds=True),)),
    "budget": Someone(letters=(Wrote(-1), Wrote(-2))),
    "no-words": Someone(language="ur"),
}
"""Somebody for each reason, whom no other leaves out."""


def test_the_first_reason_that_holds_is_the_one_told(world: World) -> None:
    worst = Someone(stopped=True, paused=1, address="none", wants=False, letters=(Wrote(-1), Wrote(-2)), language="ur")
    check_reasons(world, Case((worst, replace(worst, stopped=False)), languages=("en",)))


def test_reminders_follow_what_the_organisation_settled(world: World) -> None:
    crowd = (Someone(letters=(Wrote(-40, reminds=True),)), Someone(), Someone(age="16-17"))

    def work(db: Connection) -> None:
        sending, _ = play(db, world.organisation_id, Case(crowd, reminds=True))
        settle(db, world.organisation_id, nudges="1", young_nudges="0")
        assert list(reasons(db, sending).values()) == ["nudged", None, "nudged"]

    leave_nothing(world, work)


@pytest.mark.parametrize("answered, told", [(9, (12, {})), (10, (3, {"answered": 10}))])
def test_how_few_have_answered_something_anonymous_is_not_told_before_either(
    world: World, answered: int, told: tuple[int, dict[str, int]]
) -> None:
    crowd = (Someone(),) * 3 + (Someone(finished=True),) * answered

    def work(db: Connection) -> None:
        sending, _ = play(db, world.organisation_id, Case(crowd, reminds=True))
        db.execute(update(engagements).values(identity="anonymous"))
        found = audiences.tally(db, Criteria(), sending)
        assert (found.to_send, found.left_out) == told

    leave_nothing(world, work)


def test_what_is_planned_is_counted_as_of_then(world: World) -> None:
    def work(db: Connection) -> None:
        one = broadcast(db, world.organisation_id, local_at="2027-02-05T18:00")
        assert audiences.read(db, one, NOON)[0].at == NOON + 4 * DAY + DAY / 4
        assert audiences.read(db, one, NOON + 9 * DAY)[0].at == NOON + 9 * DAY

    leave_nothing(world, work)


def test_the_count_says_how_many_get_it_after_their_quiet_hours(world: World) -> None:
    crowd = (Someone(), Someone(quiet="11:00-13:30"), Someone(zone="Asia/Tokyo"), Someone(stopped=True, zone="Asia/Tokyo"))

    def work(db: Connection) -> None:
        sending, _ = play(db, world.organisation_id, Case(crowd))
        told = audiences.tally(db, Criteria(), sending)
        assert (told.to_send, told.shifted) == (3, 2)

    leave_nothing(world, work)


def test_somebody_whose_quiet_hours_never_end_is_left_out(world: World) -> None:
    def work(db: Connection) -> None:
        sending, _ = play(db, world.organisation_id, Case((Someone(quiet="09:00-20:00"),)))
        assert audiences.tally(db, Criteria(), sending).left_out == {"quiet": 1}

    leave_nothing(world, work)


def test_what_may_have_changed_since_the_freeze_is_asked_again(world: World) -> None:
    crowd = (
        Someone(), Someone(stopped=True), Someone(paused=1), Someone(address="blocked"), Someone(wants=False),
        Someone(finished=True), Someone(letters=(Wrote(-1), Wrote(-2), Wrote(-3))), Someone(language="ur"),
    )  # fmt: skip

    def work(db: Connection) -> None:
        sending, who = play(db, world.organisation_id, Case(crowd, reminds=True, languages=("en",)))
        ids = list(who)
        told = audiences.still_may(db, sending, [*ids, 999_999], NOON)
        reasons = ("stopped", "paused", "unreachable", "no-consent", "answered")
        assert told == dict(zip(ids[1:6], reasons, strict=True)) | {999_999: "gone"}
        assert audiences.still_may(db, sending, [ids[2]], NOON + 2 * DAY) == {}

    leave_nothing(world, work)


def test_nobody_of_another_organisation_is_counted(world: World) -> None:
    def work(db: Connection) -> None:
        sending, _ = play(db, world.organisation_id, Case((Someone(),)))
        meet(db, set_up(db, another(db)), [Someone()])
        assert audiences.count(db, world.organisation_id, Criteria(), NOON) == 1
        assert audiences.tally(db, Criteria(), sending).to_send == 1

    leave_nothing(world, work)


def test_words_may_go_out_in_english_and_in_what_somebody_approved(world: World) -> None:
    def work(db: Connection) -> None:
        one = broadcast(db, world.organisation_id)
        written = (("cy", ""), ("ur", "me"))
        texts = [{"broadcast_id": one, "language": tag, "words": "x", "approved_by": who} for tag, who in written]
        db.execute(insert(broadcast_texts), texts)
        assert audiences.languages(db, one, english_for_all=False) == ("en", "ur")
        assert audiences.languages(db, one, english_for_all=True) is None
        db.execute(delete(broadcast_texts).where(broadcast_texts.c.language == "en"))
        assert audiences.languages(db, one, english_for_all=True) == ("ur",)

    leave_nothing(world, work)
