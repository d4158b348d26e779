"""Saved audiences: whom they find, what they never look at, and that nobody's work is overwritten."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text, update

from storage import codes
from storage.broadcasting import audiences, groups, segments, selection, switches
from storage.broadcasting.criteria import Contacted, Criteria, CriteriaError, Invited, Said, TookPart
from storage.broadcasting.groups import GroupError
from storage.broadcasting.segments import StaleError
from storage.schema import answers, broadcasts, outbox, partners, people, wishes
from tests.storage.crowd import DAY, Scene, Someone, Wrote, another, broadcast, freeze, meet, set_up
from tests.storage.world import NOON, World


class Town:
    """People who differ in one thing each; `find` tells who is found, whole and in slices."""

    def __init__(self, world: World, *crowd: Someone, identity: str = "named") -> None:
        self.world = world
        self.scene: Scene = world.do(lambda db: set_up(db, world.organisation_id, identity=identity))
        self.ids = world.do(lambda db: meet(db, self.scene, crowd))

    def find(self, **made: Any) -> list[int]:
        """The places in the crowd of who is found; the same, however they are looked for."""

        def work(db: Connection) -> tuple[int, list[int]]:
            here, wanted = self.world.organisation_id, Criteria(**made)
            within = (self.ids[0] - 1, self.ids[-1])
            found = db.scalars(select(people.c.id).where(*selection.find(db, here, wanted, NOON, within)))
            return audiences.count(db, here, wanted, NOON), sorted(self.ids.index(person) for person in found)

        count, found = self.world.do(work)
        assert count == len(found)
        return found

    def put(self, table: Any, *rows: dict[str, Any]) -> None:
        self.world.do(lambda db: db.execute(insert(table), list(rows)))


def test_people_are_found_by_where_they_live(world: World) -> None:
    town = Town(world, *(Someone(place=place) for place in ("ME1", "ME14", "ME", "M1", "M25", "EC1A", "")))
    assert town.find(places=("ME14",)) == [1]
    assert town.find(places=("ME",)) == [0, 1]
    assert town.find(places=("M", "EC1A")) == [3, 4, 5]


def test_people_are_found_by_language_age_and_what_they_want(world: World) -> None:
    town = Town(world, Someone(language="cy"), Someone(age="16-17"), Someone(age="unsaid", wants=None), Someone(wants=False))
    assert town.find() == [0, 1, 2, 3]
    assert town.find(languages=("cy",)) == [0]
    assert town.find(age="adults") == [0, 3]
    assert town.find(age="under-18s") == [1, 2]
    assert town.find(wants=("polls",)) == [0, 1]
    assert town.find(wants=("polls", "news")) == []
    assert town.find(wants=("polls",), languages=("cy", "ur")) == [0]


def test_people_are_found_by_what_they_said_about_themselves(world: World) -> None:
    town = Town(world, *[Someone()] * 4)
    kept = {"engagement_id": town.scene.engagement_id, "edition_id": town.scene.edition_id, "language": "en", "step": "hear"}
    chosen = ("news later", "late", "news_x later")
    town.put(wishes, *({**kept, "person_id": person, "chosen": one} for person, one in zip(town.ids, chosen, strict=False)))
    assert town.find(wishes=(Said("poll", "hear", ("news",)),)) == [0]
    assert town.find(wishes=(Said("poll", "hear", ("late", "later")),)) == [0, 1, 2]
    assert town.find(wishes=(Said("poll", "hear", ("late",)), Said("poll", "hear", ("later",)))) == []
    assert town.find(wishes=(Said("poll", "other", ("late",)),)) == []


def name(town: Town, number: int) -> bytes:
    """What answers carry as a name in a named engagement."""
    return str(town.world.do(lambda db: db.scalar(select(people.c.code).where(people.c.id == town.ids[number])))).encode()


def answer(town: Town, number: int, chosen: str) -> None:
    place = {"engagement_id": town.scene.engagement_id, "edition_id": town.scene.edition_id, "step": "who", "language": "en"}
    town.put(answers, {**place, "respondent": name(town, number), "chosen": chosen})


def test_people_are_found_by_what_they_said_under_their_name(world: World) -> None:
    town = Town(world, *[Someone()] * 3)
    answer(town, 0, "have care")
    answer(town, 2, "work")
    assert town.find(answers=(Said("poll", "who", ("care",)),)) == [0]
    assert town.find(answers=(Said("poll", "who", ("care", "work")),)) == [0, 2]


@pytest.mark.parametrize("identity", ["anonymous", "confidential"])
def test_nobody_is_ever_found_by_what_they_said_anonymously_or_in_confidence(
    world: World, monkeypatch: pytest.MonkeyPatch, identity: str
) -> None:
    """Even a row that carries a name by mistake, and a check that was forgotten, give nothing away."""
    town = Town(world, Someone(), identity=identity)
    answer(town, 0, "have")
    wanted = (Said("poll", "who", ("have",)),)
    with pytest.raises(CriteriaError, match=f"poll are {identity}") as caught:
        town.find(answers=wanted)
    assert caught.value.field == "answers"
    with pytest.raises(CriteriaError):
        world.do(lambda db: segments.make(db, world.organisation_id, "Them", Criteria(answers=wanted), "me", NOON))
    monkeypatch.setattr(selection, "_check_named", lambda *_: None)
    assert town.find(answers=wanted) == []
    monkeypatch.setattr(selection, "NAMED", identity)
    assert town.find(answers=wanted) == [0], "this would have been found"


def test_people_are_found_by_partner_and_by_group(world: World) -> None:
    town = Town(world, *[Someone()] * 3)
    here = world.organisation_id
    own, other = codes.make(), codes.make()
    town.put(partners, *({"code": code, "organisation_id": here, "name": code} for code in (own, other)))
    mine = select(partners.c.id).where(partners.c.code == own).scalar_subquery()
    world.do(lambda db: db.execute(update(people).where(people.c.id == town.ids[1]).values(partner_id=mine)))
    assert town.find(partners=(own,)) == [1]
    assert town.find(partners=(own, other)) == [1]

    last = name(town, 2).decode()

    def gather(db: Connection) -> str:
        code = groups.make(db, here, "Reference group")
        group = groups.find(db, here, code)
        assert group
        assert groups.add(db, here, group, [last, "nobody"], NOON.date()) == ["nobody"]
        return code

    group = world.do(gather)
    assert town.find(groups=(group,)) == [2]


def test_people_are_found_by_what_was_sent_to_them(world: World) -> None:
    letters = [(Wrote(-3),), (Wrote(-10),), (Wrote(-3, "failed"),), (Wrote(3, "pending"),), ()]
    town = Town(world, *(Someone(letters=some) for some in letters))
    assert town.find(contacted=Contacted("within", 7)) == [0]
    assert town.find(contacted=Contacted("longer", 7)) == [1, 2, 3, 4]
    assert town.find(contacted=Contacted("never")) == [2, 3, 4]


def test_people_are_found_by_invitations_and_by_taking_part(world: World) -> None:
    town = Town(world, Someone(), Someone(stopped=True), Someone(finished=True), Someone(finished=False))
    one = world.do(lambda db: broadcast(db, world.organisation_id))
    freeze(world, one)
    code = world.do(lambda db: db.scalars(select(broadcasts.c.code).where(broadcasts.c.id == one)).one())
    refused = outbox.c.person_id == town.ids[0]
    world.do(lambda db: db.execute(update(outbox).where(refused).values(state="failed")))
    assert town.find(invited=(Invited(code),)) == [2, 3]
    assert town.find(invited=(Invited(code, yes=False),)) == [0, 1]
    assert town.find(took_part=(TookPart("poll", "finished"),)) == [2]
    assert town.find(took_part=(TookPart("poll", "begun"),)) == [3]
    assert town.find(took_part=(TookPart("poll", "not"),)) == [0, 1]
    assert town.find(invited=(Invited(code),), took_part=(TookPart("poll", "begun"),)) == [3]
    assert town.find(took_part=(TookPart("poll", "took"),)) == [2, 3]


def test_who_finished_something_anonymous_is_never_told(world: World) -> None:
    town = Town(world, Someone(), Someone(finished=True), Someone(finished=False), identity="anonymous")
    assert town.find(took_part=(TookPart("poll", "took"),)) == [1, 2]
    assert town.find(took_part=(TookPart("poll", "not"),)) == [0]
    for how in ("finished", "begun"):
        with pytest.raises(CriteriaError, match="anonymous") as caught:
            town.find(took_part=(TookPart("poll", how),))
        assert caught.value.field == "took_part"


def test_what_is_gone_or_anothers_finds_nobody_and_says_so(world: World) -> None:
    town = Town(world, Someone())
    elsewhere = world.do(lambda db: groups.make(db, another(db), "Theirs"))
    nobody = "a" * 16
    for made in (
        {"groups": (elsewhere,)}, {"partners": (nobody,)}, {"invited": (Invited(nobody, yes=False),)},
        {"took_part": (TookPart("gone", "not"),)}, {"wishes": (Said("gone", "a", ("b",)),)},
        {"answers": (Said("gone", "a", ("b",)),)},
    ):  # fmt: skip
        with pytest.raises(CriteriaError, match="not there any more") as caught:
            town.find(**made)
        assert caught.value.field in made


def test_a_saved_audience_is_not_overwritten_by_somebody_who_did_not_see_it(world: World) -> None:
    here, later = world.organisation_id, NOON + dt.timedelta(hours=1)
    code = world.do(lambda db: segments.make(db, here, "  Near \t us ", Criteria(places=("ME14",)), "sam", NOON))
    seen = world.do(lambda db: segments.find(db, here, code))
    assert seen
    assert (seen.name, seen.version, seen.criteria) == ("Near us", 1, Criteria(places=("ME14",)))
    world.do(lambda db: segments.save(db, seen, "Near", Criteria(places=("ME",)), "kim", later))
    with pytest.raises(StaleError) as caught:
        world.do(lambda db: segments.save(db, seen, "Far", Criteria(), "sam", later))
    now = world.do(lambda db: segments.load(db, here))
    assert now == [caught.value.now]
    assert (now[0].name, now[0].version, now[0].changed_by, now[0].criteria) == ("Near", 2, "kim", Criteria(places=("ME",)))


def test_names_of_audiences_and_groups_are_told_apart(world: World) -> None:
    here = world.organisation_id
    world.do(lambda db: segments.make(db, here, "Near us", Criteria(), "sam", NOON))
    world.do(lambda db: groups.make(db, here, "Near us"))
    for taken in ("near US", " ", "x" * 81):
        with pytest.raises(CriteriaError) as caught:
            world.do(lambda db, taken=taken: segments.make(db, here, taken, Criteria(), "sam", NOON))  # type: ignore[misc]
        assert caught.value.field == "name"
        with pytest.raises(GroupError):
            world.do(lambda db, taken=taken: groups.make(db, here, taken))  # type: ignore[misc]


def test_an_audience_that_goes_leaves_its_broadcasts_and_another_organisations_stays(world: World) -> None:
    here = world.organisation_id
    code = world.do(lambda db: segments.make(db, here, "Near us", Criteria(), "sam", NOON))
    kept = world.do(lambda db: segments.find(db, here, code))
    assert kept
    one = world.do(lambda db: broadcast(db, here, segment_id=kept.id))
    assert not world.do(lambda db: segments.remove(db, another(db), code))
    assert world.do(lambda db: segments.remove(db, here, code))
    assert world.do(lambda db: db.scalar(select(broadcasts.c.segment_id).where(broadcasts.c.id == one))) is None


def test_what_was_kept_and_cannot_be_read_is_shown_as_such(world: World) -> None:
    code = world.do(lambda db: segments.make(db, world.organisation_id, "Old", Criteria(), "sam", NOON))
    world.do(lambda db: db.execute(text("UPDATE segments SET criteria = '{\"colour\": 1}'")))
    found = world.do(lambda db: segments.find(db, world.organisation_id, code))
    assert found
    assert found.criteria is None


def test_members_of_a_group_come_and_go_by_code(world: World) -> None:
    town, here = Town(world, *[Someone()] * 3), world.organisation_id
    every = sorted(name(town, number).decode() for number in range(3))

    def work(db: Connection) -> None:
        group = groups.find(db, here, groups.make(db, here, "Reference group"))
        assert group
        groups.add(db, here, group, [*every, every[0]], NOON.date())
        groups.add(db, here, group, every, NOON.date() + DAY)
        assert [one.code for one in groups.members(db, group)] == every
        assert [one.code for one in groups.members(db, group, after=every[0], most=1)] == [every[1]]
        assert groups.drop(db, here, group, [every[1], "nobody"]) == 1
        groups.rename(db, here, group, "Core group")
        assert groups.load(db, here) == [groups.Group(group.id, group.code, "Core group", 2)]
        with pytest.raises(GroupError):
            groups.add(db, here, group, ["x"] * (groups.MOST_AT_ONCE + 1), NOON.date())
        groups.remove(db, group)
        assert groups.load(db, here) == []

    world.do(work)


def test_the_last_word_about_a_purpose_counts(world: World) -> None:
    town = Town(world, Someone(wants=None))
    row = {"person_id": town.ids[0], "purpose": "news", "source": "chat", "language": "en", "on_day": NOON.date()}
    assert not any(world.do(lambda db: switches.of(db, town.ids[0])).values())
    world.do(lambda db: switches.turn(db, [{**row, "given": False}, {**row, "given": True}]))
    assert world.do(lambda db: switches.of(db, town.ids[0]))["news"]
    world.do(lambda db: switches.turn(db, [{**row, "given": False}]))
    assert world.do(lambda db: switches.of(db, town.ids[0])) == dict.fromkeys(switches.PURPOSES, False)
