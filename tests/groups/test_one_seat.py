"""Of one seat one person comes: whatever a member, their deputy and staff do, in whatever order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, update

from bot import replying
from conversations.places import CONFIRMED, HOLDING
from conversations.quorum import CONFIRMED as TAKEN
from storage import schema
from storage.broadcasting.groups import Group
from storage.events import deputies, feeds, occasions, registers, whose
from storage.events.deeds import Deed
from storage.events.occasions import Occasion
from storage.events.registers import Place
from storage.groups import papers, quorum, seats
from storage.groups.quorum import Meeting
from storage.groups.rules import RefusedError
from storage.groups.seats import Seat
from tests.events.stage import do, do_in, look, states
from tests.groups.table import Table, settle
from tests.storage.world import NOON, World

SEAT, DEPUTY = "Carer", "Carer's deputy"


class EndError(Exception):
    """Nothing of a story stays."""


@dataclass
class Story:
    """A seat, and a meeting with more or less room, for which somebody of another seat asks too; all in one transaction."""

    db: Connection
    organisation_id: int
    group: Group
    meeting: Meeting
    one: Occasion
    people: list[tuple[int, str]]  # (id, code): first the holder and the deputy, two who are nobody yet, and of another seat
    capacity: int | None
    before: dict[int, Place] = field(default_factory=dict)

    @property
    def seat(self) -> Seat:
        return next(one for one in seats.load(self.db, [self.group.id]) if one.name == SEAT)

    def who(self, role: str) -> int | None:
        if role == "other":
            return self.people[-1][0]
        return self.seat.holder_id if role == "holder" else self.seat.deputy_id

    def tap(self, role: str, verb: str) -> None:
        """As the chat has it done."""
        person = self.who(role)
        if person is None:
            return
        told = whose.standing(self.db, self.one.event_id, person)
        register = registers.lock(self.db, [self.one.code], [person], NOON)
        deed = Deed(person, self.one.code, verb)
        if told.post and told.post.role == "holder":
            deed = Deed(person, self.one.code, verb, seat_id=told.post.seat_id, deputy_id=told.post.other_id)
        register.do(deed)
        register.write()

    def reply(self, role: str, partstat: str) -> None:
        """By their calendar."""
        mine = (schema.places.c.person_id == self.who(role), schema.places.c.occasion_id == self.one.id)
        codes = self.db.scalars(select(schema.places.c.code).where(*mine)).all()
        for entry in feeds.find(self.db, self.organisation_id, list(codes)).values():
            replying.take(self.db, entry, partstat, NOON)

    def staff(self, role: str, verb: str) -> None:
        """On the register, for somebody who rang; or from the page of the meeting, though what they look at is old."""
        if person := self.who(role):
            do_in(self.db, person, self.one, verb, seat_id=self.seat.id if verb == "ask" else None)

    def deputise(self, which: str, _: str) -> None:
        self._change(lambda seat: seats.deputise(self.db, self.group, seat, self.people[int(which)][1], NOON))

    def replace(self, which: str, _: str) -> None:
        """Somebody else holds the seat from now on."""
        typed, day = {"holder": self.people[int(which)][1]}, NOON.date()
        self._change(lambda seat: seats.vacate(self.db, self.group, seat, day, NOON))
        self._change(lambda seat: seats.fill(self.db, self.group, seat, typed, day))

    def _change(self, work: Callable[[Seat], None]) -> None:
        try:
            work(self.seat)
        except RefusedError:
            return

    # --- What must be so after each

    def check(self) -> None:
        kept = {place.person_id: place for place in registers.of_occasion(self.db, self.one.id)}
        coming = {person: place for person, place in kept.items() if place.state == CONFIRMED}
        marked = {person for person, place in coming.items() if place.seat_id == self.seat.id}
        ours = marked | ({self.seat.holder_id, self.seat.deputy_id} & coming.keys())
        assert len(ours) <= 1, "two people of one seat come"
        holding = [place for place in kept.values() if place.state in HOLDING]
        assert self.capacity is None or len(holding) <= self.capacity, "more people than places"
        counted = {one.seat.id for one in quorum.sit(self.db, [self.meeting])[self.meeting.id] if one.reply in TAKEN}
        assert counted == {place.seat_id for place in coming.values()}, "the quorum counts others than those who come"
        self._check_told(kept)
        self.before = kept

    def _check_told(self, kept: dict[int, Place]) -> None:
        wanted = select(schema.followups.c.person_id).where(schema.followups.c.kind == "stood-down")
        told = set(self.db.scalars(wanted))
        for person, place in self.before.items():
            gone = place.state == CONFIRMED and place.deputy_of is not None and kept[person].state == "withdrawn"
            assert not gone or person in told, "somebody who said yes is not told that they need not come"


MEMBERS = ("come", "come", "come", "online", "deputy", "deputy", "deputy", "no", "unsure", "leave", "release", "accept", "refuse")
DEPUTIES = ("accept", "accept", "accept", "accept", "accept", "refuse", "decline_deputy", "no", "leave")
Act = tuple[Callable[[Story, str, str], None], str, str]

DEEDS: tuple[Act, ...] = (
    *((Story.tap, "holder", verb) for verb in MEMBERS),
    *((Story.tap, "deputy", verb) for verb in DEPUTIES),
    *((Story.tap, "other", verb) for verb in ("come", "leave")),
    *((Story.reply, role, partstat) for role in ("holder", "deputy") for partstat in ("ACCEPTED", "DECLINED", "TENTATIVE")),
    *((Story.staff, "deputy", verb) for verb in ("ask", "ask", "ask", "join", "leave")),
    *((Story.staff, "holder", verb) for verb in ("join", "leave")),
    *((Story.deputise, which, "") for which in "0123"),
    *((Story.replace, which, "") for which in "023"),
)
"""What can be done, the likelier the oftener."""


def play(world: World, stories: int, deeds: Sequence[Act] = DEEDS) -> None:
    """Play so many stories, each from the beginning; raises AssertionError where something is wrong."""
    table = settle(world)
    people = [*(table.people[name] for name in (SEAT, DEPUTY)), world.meet(), world.meet(), table.people["Patient"]]
    world.do(lambda db: db.execute(update(schema.events).values(several=True)).rowcount)
    meeting, group = table.meet(10), table.group
    one = world.do(lambda db: occasions.find_all(db, [meeting.id])[meeting.id])

    @settings(
        max_examples=stories, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.lists(st.sampled_from(deeds), min_size=12, max_size=12), st.sampled_from([1, 2, None]))
    def tell(told: list[Act], capacity: int | None) -> None:
        def work(db: Connection) -> None:
            db.execute(update(schema.occasions).where(schema.occasions.c.id == meeting.id).values(capacity=capacity))
            story = Story(db, world.organisation_id, group, meeting, one, people, capacity)
            for act, who, what in told:
                act(story, who, what)
                story.check()
            raise EndError

        with pytest.raises(EndError):
            world.do(work)

    tell()


def test_of_one_seat_one_person_comes_whatever_is_done(world: World) -> None:
    play(world, 8)


@pytest.mark.long
def test_of_one_seat_one_person_comes_in_many_more_stories(world: World) -> None:
    play(world, 300)


def test_a_deputy_who_is_not_let_go_is_caught(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deputies, "_let_go", lambda *_: None)
    with pytest.raises(AssertionError, match="two people of one seat come"):
        play(world, 20, ((Story.tap, "holder", "deputy"), (Story.tap, "deputy", "accept"), (Story.tap, "holder", "come")))


# --- Some of them told


@pytest.fixture
def table(world: World) -> Table:
    return settle(world)


def meet(table: Table) -> tuple[Meeting, Occasion]:
    meeting = table.meet(10)
    return meeting, table.world.do(lambda db: occasions.find_all(db, [meeting.id])[meeting.id])


def kept(table: Table, one: Occasion) -> dict[str, str]:
    """What each has, by the name of their seat."""
    names = {person: name for name, (person, _) in table.people.items()}
    return {names.get(person, "new"): state for person, state in states(table.world, one).items()}


def ask(table: Table, one: Occasion) -> str:
    """Staff ask the deputy; returns what came of it."""
    seat = table.find(SEAT)
    return do(table.world, seat.deputy_id or 0, one, "ask", seat_id=seat.id).result


def test_a_member_who_had_not_answered_comes_and_the_deputy_staff_asked_does_not(table: Table) -> None:
    _, one = meet(table)
    member, deputy = table.people[SEAT][0], table.people[DEPUTY][0]
    assert ask(table, one) == "deputy-asked"
    do(table.world, deputy, one, "accept")
    assert do(table.world, member, one, "come").result == "placed"
    assert kept(table, one) == {SEAT: "confirmed", DEPUTY: "withdrawn"}
    assert table.planned("stood-down") == [deputy]
    assert ask(table, one) == "member-comes"


def test_the_deputy_staff_asked_stands_in_and_the_member_who_cannot_come_hears_when_they_cannot_either(table: Table) -> None:
    _, one = meet(table)
    member, deputy = table.people[SEAT][0], table.people[DEPUTY][0]
    ask(table, one)
    assert do(table.world, member, one, "no").result == "deputy-asked"
    do(table.world, deputy, one, "accept")
    assert kept(table, one) == {SEAT: "deputised", DEPUTY: "confirmed"}
    do(table.world, deputy, one, "decline_deputy")
    assert table.planned("no-deputy") == [member]


@pytest.mark.parametrize("by_staff", [False, True])
def test_a_new_deputy_comes_instead_of_the_one_before_and_everybody_hears_once(table: Table, by_staff: bool) -> None:  # noqa: FBT001
    meeting, one = meet(table)
    member, old, new, group, seat = (
        table.people[SEAT][0],
        table.people[DEPUTY][0],
        table.world.meet(),
        table.group,
        table.find(SEAT),
    )
    do(table.world, member, one, "deputy", deputy_id=old)
    do(table.world, old, one, "accept")
    table.world.do(lambda db: seats.deputise(db, group, seat, new[1], NOON))
    assert (table.planned("stood-down"), table.planned("no-deputy")) == ([old], [member])
    assert reply(table, meeting) == "no", "staff see that they can ask the new one"
    if by_staff:
        assert ask(table, one) == "deputy-asked"
    else:
        assert do(table.world, member, one, "deputy", deputy_id=new[0]).result == "deputy-asked"
    do(table.world, new[0], one, "accept")
    assert kept(table, one) == {SEAT: "deputised", DEPUTY: "withdrawn", "new": "confirmed"}
    assert (table.planned("stood-down"), table.planned("no-deputy")) == ([old], [member])


def reply(table: Table, meeting: Meeting) -> str:
    held = table.world.do(lambda db: quorum.sit(db, [meeting])[meeting.id])
    return next(one.reply for one in held if one.seat.name == SEAT)


def test_a_deputy_who_was_asked_before_is_let_go_when_another_is_asked(table: Table) -> None:
    _, one = meet(table)
    member, old, new = table.people[SEAT][0], table.people[DEPUTY][0], table.world.meet()
    do(table.world, member, one, "deputy", deputy_id=old)
    do(table.world, old, one, "accept")
    do(table.world, member, one, "deputy", deputy_id=new[0])
    assert kept(table, one) == {SEAT: "deputised", DEPUTY: "withdrawn", "new": "asked"}


def test_the_deputy_of_a_seat_that_falls_empty_has_its_papers_and_its_way_in_and_is_counted(table: Table) -> None:
    meeting, one = meet(table)
    member, deputy, here = table.people[SEAT][0], table.people[DEPUTY][0], table.world.organisation_id
    do(table.world, member, one, "deputy", deputy_id=deputy)
    do(table.world, deputy, one, "accept")
    group, seat = table.group, table.find(SEAT)
    table.world.do(lambda db: seats.vacate(db, group, seat, NOON.date(), NOON))
    table.world.do(lambda db: papers.add(db, meeting, ("Plan", "Plain."), None, "staff", NOON, NOON.date()))
    table.world.do(lambda db: papers.send(db, meeting, NOON))
    codes = [place.code for place in look(table.world, one).values()]
    entries = table.world.do(lambda db: feeds.find(db, here, codes)).values()
    assert reply(table, meeting) == "deputy"
    assert table.planned("papers") == [deputy]
    assert {entry.person_id: entry.kept for entry in entries} == {member: "cancelled", deputy: "confirmed"}
    assert table.planned("no-deputy") == table.planned("stood-down") == []
