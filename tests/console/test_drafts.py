"""Drafts: nobody's work is overwritten silently, and what is published is an edition like any other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage import engagements, schema
from storage.engagements import CONSOLE, FILE
from storage.staffing import drafts
from storage.staffing.drafts import MOVED, NEW, REFUSED, STALE, Draft, Publication
from tests.storage.world import NOON, SOURCE, World, make_keys

FIRST = SOURCE.format(identity="confidential")
MINE, YOURS = FIRST.replace("Hello", "Good day"), FIRST.replace("Hello", "Welcome")
PNG = b"a picture"
LATER = NOON + dt.timedelta(hours=1)


@pytest.fixture
def world(database: str, tmp_path: Path) -> Iterator[World]:
    """Give a fresh organisation, once on each database."""
    with World(database, make_keys(tmp_path)) as made:
        yield made


def save(world: World, source: str, version: int, base: str = "", who: str = "ann") -> Draft | None:
    return world.do(lambda db: drafts.save(db, world.organisation_id, "clinic", source, version, who, LATER, base))


def find(world: World) -> Draft | None:
    return world.do(lambda db: drafts.find(db, world.organisation_id, "clinic"))


def publish(world: World, draft: Draft | None, over: str) -> Publication:
    assert draft
    return world.do(lambda db: drafts.publish(db, world.organisation_id, draft, over, "ann", LATER))


def audited(world: World) -> list[Any]:
    wanted = select(schema.audit.c.what, schema.audit.c.about).order_by(schema.audit.c.id)
    return world.do(lambda db: [tuple(row) for row in db.execute(wanted)])


def present(world: World) -> str:
    wanted = select(schema.editions.c.source).join(schema.engagements, schema.engagements.c.edition_id == schema.editions.c.id)
    return world.do(lambda db: str(db.scalars(wanted).one()))


def test_a_draft_is_kept_with_the_version_it_is_at(world: World) -> None:
    first = save(world, FIRST, NEW, "abc")
    assert first == Draft("clinic", FIRST, 1, "ann", LATER, "abc")
    assert find(world) == first
    assert save(world, MINE, 1, who="bob") == Draft("clinic", MINE, 2, "bob", LATER, "abc")
    assert world.do(lambda db: list(drafts.load(db, world.organisation_id))) == ["clinic"]
    assert audited(world) == [("begin-draft", "clinic")]


def test_of_two_who_save_from_the_same_version_the_second_is_told_and_overwrites_nothing(world: World) -> None:
    save(world, FIRST, NEW)
    assert save(world, MINE, 1)
    assert save(world, YOURS, 1, who="bob") is None
    assert save(world, YOURS, NEW, who="bob") is None
    found = find(world)
    assert found
    assert (found.source, found.version) == (MINE, 2)


def test_nobody_saves_over_a_draft_that_was_discarded_and_begun_again(world: World) -> None:
    save(world, FIRST, NEW)
    assert world.do(lambda db: drafts.discard(db, world.organisation_id, "clinic", 1, "ann", LATER))
    assert find(world) is None
    assert not world.do(lambda db: drafts.discard(db, world.organisation_id, "clinic", 1, "ann", LATER))
    assert save(world, YOURS, 1) is None
    again = save(world, MINE, NEW)
    assert again
    assert again.version == 2
    assert save(world, YOURS, 1) is None


def test_a_published_draft_is_what_the_next_person_begins_with(world: World) -> None:
    edition = world.engage().edition
    draft = save(world, MINE, NEW, edition)
    done = publish(world, draft, edition)
    assert (done.why, done.adoption.changed) == ("", ("clinic",))
    assert (present(world), find(world)) == (MINE, None)
    assert audited(world) == [("begin-draft", "clinic"), ("publish-engagement", "clinic")]


def test_a_new_engagement_begins_as_a_draft_and_is_not_open_when_published(world: World) -> None:
    assert publish(world, save(world, MINE, NEW), "").why == ""
    found = world.do(lambda db: engagements.find(db, world.organisation_id, "clinic"))
    assert found
    assert found.state == engagements.DRAFT


def test_what_was_saved_since_is_not_published_unseen(world: World) -> None:
    draft = save(world, MINE, NEW)
    save(world, YOURS, 1)
    assert publish(world, draft, "").why == STALE
    assert world.count(schema.editions) == 0


def test_a_file_that_changed_meanwhile_is_not_overwritten_unseen(world: World) -> None:
    before = world.engage().edition
    draft = save(world, MINE, NEW, before)
    after = world.engage(source=YOURS).edition
    assert publish(world, draft, before).why == MOVED
    assert present(world) == YOURS
    assert publish(world, draft, after).why == ""
    assert present(world) == MINE


def test_a_file_that_changes_after_the_console_published_is_kept_apart(world: World) -> None:
    edition = world.engage().edition
    publish(world, save(world, MINE, NEW, edition), edition)
    adoption = world.do(lambda db: engagements.adopt(db, world.organisation_id, {"clinic": YOURS}, LATER, FILE))
    assert adoption.apart == ("clinic",)
    assert world.do(lambda db: engagements.kept_apart(db, world.organisation_id)) == ["clinic"]
    assert present(world) == MINE


def test_a_draft_that_would_change_what_answers_mean_stays_a_draft(world: World) -> None:
    edition = world.engage().edition
    draft = save(world, FIRST.replace('"confidential"', '"named"'), NEW, edition)
    done = publish(world, draft, edition)
    assert done.why == REFUSED
    assert "promised" in done.adoption.problems[0].what
    assert (find(world), present(world)) == (draft, FIRST)


def test_a_picture_put_into_a_draft_goes_with_its_edition_and_serves_later_drafts(world: World) -> None:
    shown = FIRST.replace('ask.en = "Hello"', 'ask.en = "Hello"\npicture = { file = "map.png", alt.en = "A map" }')
    draft = save(world, shown, NEW)
    world.do(lambda db: drafts.put_picture(db, world.organisation_id, "clinic", "map.png", PNG))
    world.do(lambda db: drafts.put_picture(db, world.organisation_id, "clinic", "other.png", PNG + b"2"))
    publish(world, draft, "")
    kept = select(schema.edition_pictures.c.file)
    assert world.do(lambda db: list(db.scalars(kept))) == ["map.png"]
    save(world, shown, NEW)
    assert world.do(lambda db: list(drafts.pictures_of(db, world.organisation_id, "clinic"))) == ["map.png"]
    names = {"map.png", "no.png"}
    assert world.do(lambda db: drafts.read_pictures(db, world.organisation_id, "clinic", names)) == {"map.png": PNG}


def test_another_organisation_sees_and_changes_nothing(world: World) -> None:
    save(world, FIRST, NEW)
    other = world.organisation_id + 1
    assert world.do(lambda db: drafts.find(db, other, "clinic")) is None
    assert world.do(lambda db: drafts.save(db, other, "clinic", MINE, 1, "eve", LATER)) is None
    assert not world.do(lambda db: drafts.discard(db, other, "clinic", 1, "eve", LATER))
    assert world.do(lambda db: drafts.pictures_of(db, other, "clinic")) == {}


def test_the_console_is_who_wrote_a_published_text(world: World) -> None:
    publish(world, save(world, MINE, NEW), "")
    assert world.do(lambda db: db.scalars(select(schema.editions.c.origin)).all()) == [CONSOLE]
