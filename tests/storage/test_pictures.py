"""Pictures in the database: bytes once, names an edition, file ids a bot."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from sqlalchemy import Connection

from conversations import flow as flows
from storage import engagements, pictures, schema
from storage.engagements import Engagement
from tests.paint import png
from tests.storage.world import NOON, SOURCE, World

TEXT = SOURCE.format(identity="confidential")
ONE, OTHER = png(grey=10), png(grey=240)


def adopt(world: World, shown: Mapping[str, bytes], text: str = TEXT) -> Engagement:
    """The engagement with these pictures beside it."""

    def work(db: Connection) -> Engagement:
        slug = flows.read(text).id
        engagements.adopt(db, world.organisation_id, {slug: text}, NOON, shown={slug: shown})
        found = engagements.find(db, world.organisation_id, slug)
        assert found
        return found

    return world.do(work)


def hashed(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_an_edition_knows_its_pictures_by_name(world: World) -> None:
    one = adopt(world, {"a.png": ONE, "b.png": OTHER})
    names = world.do(lambda db: pictures.of_editions(db, [one.edition_id]))
    assert names == {(one.edition, "a.png"): hashed(ONE), (one.edition, "b.png"): hashed(OTHER)}
    assert world.do(lambda db: pictures.content(db, world.organisation_id, hashed(OTHER))) == OTHER


def test_a_changed_picture_makes_a_new_edition_and_the_old_one_keeps_its_own(world: World) -> None:
    before, after = adopt(world, {"a.png": ONE}), adopt(world, {"a.png": OTHER})
    assert before.edition_id != after.edition_id
    names = world.do(lambda db: pictures.of_editions(db, [before.edition_id, after.edition_id]))
    assert names == {(before.edition, "a.png"): hashed(ONE), (after.edition, "a.png"): hashed(OTHER)}


def test_the_same_text_and_pictures_are_the_same_edition(world: World) -> None:
    assert adopt(world, {"a.png": ONE}) == adopt(world, {"a.png": ONE})
    assert world.count(schema.editions) == 1


def test_a_flow_read_back_is_the_edition_with_its_pictures(world: World) -> None:
    one = adopt(world, {"a.png": ONE})
    assert world.flow(one).edition == one.edition != flows.read(TEXT).edition


def test_the_same_picture_is_kept_once(world: World) -> None:
    adopt(world, {"a.png": ONE, "b.png": ONE})
    adopt(world, {"c.png": ONE})
    assert (world.count(schema.pictures), world.count(schema.edition_pictures)) == (1, 3)


def test_a_picture_of_one_organisation_is_not_given_to_another(world: World) -> None:
    adopt(world, {"a.png": ONE})
    assert world.do(lambda db: pictures.content(db, world.organisation_id + 1, hashed(ONE))) is None


def test_each_bot_has_its_own_file_id(world: World) -> None:
    world.do(lambda db: pictures.remember(db, 1, hashed(ONE), "first"))
    world.do(lambda db: pictures.remember(db, 1, hashed(ONE), "newer"))
    assert world.do(lambda db: [pictures.file_id(db, bot, hashed(ONE)) for bot in (1, 2)]) == ["newer", ""]


def test_only_the_file_id_that_failed_is_forgotten(world: World) -> None:
    world.do(lambda db: pictures.remember(db, 1, hashed(ONE), "newer"))
    world.do(lambda db: pictures.forget(db, 1, hashed(ONE), "first"))
    assert world.do(lambda db: pictures.file_id(db, 1, hashed(ONE))) == "newer"
    world.do(lambda db: pictures.forget(db, 1, hashed(ONE), "newer"))
    assert world.do(lambda db: pictures.file_id(db, 1, hashed(ONE))) == ""
