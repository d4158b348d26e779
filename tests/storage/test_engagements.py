"""The one door for editions: what is taken in, what is refused, and what is kept apart."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Connection, select

from conversations import flow as flows
from conversations.checking.problems import ADVICE, ERROR
from storage import engagements, schema
from storage.engagements import CONSOLE, FILE, LIBRARY, OPEN, Adoption
from tests.storage.world import NOON, SOURCE, World

SLUG = flows.read(SOURCE.format(identity="named")).id
FIRST = SOURCE.format(identity="confidential")
SECOND = FIRST.replace("One thing we should not get wrong?", "What one thing should we not get wrong?")
THIRD = FIRST.replace("One thing we should not get wrong?", "One thing we must not get wrong?")
LATER = NOON + dt.timedelta(hours=1)


def adopt(world: World, source: str, origin: str = FILE, now: dt.datetime = LATER) -> Adoption:
    return world.do(lambda db: engagements.adopt(db, world.organisation_id, {SLUG: source}, now, origin))


def present(world: World) -> str:
    """The text the next person begins with."""

    def work(db: Connection) -> str:
        wanted = select(schema.editions.c.source).join(
            schema.engagements, schema.engagements.c.edition_id == schema.editions.c.id
        )
        return str(db.scalars(wanted.where(schema.engagements.c.slug == SLUG)).one())

    return world.do(work)


def apart(world: World) -> list[str]:
    return world.do(lambda db: engagements.kept_apart(db, world.organisation_id))


def opened(world: World, source: str = FIRST) -> None:
    def work(db: Connection) -> None:
        engagements.adopt(db, world.organisation_id, {SLUG: source}, NOON)
        found = engagements.find(db, world.organisation_id, SLUG)
        assert found
        engagements.set_state(db, found.id, OPEN, NOON)

    world.do(work)


def test_a_changed_file_makes_an_edition_that_is_current(world: World) -> None:
    opened(world)
    assert adopt(world, SECOND) == Adoption(changed=(SLUG,))
    assert present(world) == SECOND


def test_the_same_file_makes_nothing(world: World) -> None:
    opened(world)
    assert adopt(world, FIRST) == Adoption()
    assert world.count(schema.editions) == 1


def test_returning_to_an_older_text_makes_that_edition_current_again(world: World) -> None:
    opened(world)
    adopt(world, SECOND)
    assert adopt(world, FIRST).changed == (SLUG,)
    assert (present(world), world.count(schema.editions)) == (FIRST, 2)


def test_a_file_changed_after_the_console_edited_is_kept_and_not_made_current(world: World) -> None:
    opened(world)
    assert adopt(world, SECOND, CONSOLE).changed == (SLUG,)
    assert adopt(world, FIRST) == Adoption()  # the file is as it was: nothing to decide
    assert (present(world), apart(world)) == (SECOND, [])
    assert adopt(world, THIRD) == Adoption(apart=(SLUG,))
    assert (present(world), apart(world), world.count(schema.editions)) == (SECOND, [SLUG], 3)
    assert adopt(world, THIRD) == Adoption()


def test_when_the_console_edits_again_nothing_is_apart_any_more(world: World) -> None:
    opened(world)
    adopt(world, SECOND, CONSOLE)
    adopt(world, THIRD)
    adopt(world, THIRD, CONSOLE)
    assert (present(world), apart(world)) == (THIRD, [])


def test_a_file_that_says_what_the_console_says_leads_again(world: World) -> None:
    opened(world)
    adopt(world, SECOND, CONSOLE)
    assert adopt(world, SECOND) == Adoption()
    assert adopt(world, THIRD).changed == (SLUG,)
    assert (present(world), apart(world)) == (THIRD, [])


def test_a_file_that_goes_back_after_the_console_edited_is_kept_apart_too(world: World) -> None:
    opened(world)
    adopt(world, SECOND)
    adopt(world, THIRD, CONSOLE)
    assert adopt(world, FIRST).apart == (SLUG,)
    assert (present(world), apart(world)) == (THIRD, [SLUG])


@pytest.mark.parametrize("origin", [FILE, CONSOLE])
def test_the_library_gives_way_to_whoever_wrote_last(world: World, origin: str) -> None:
    adopt(world, FIRST, LIBRARY)
    assert adopt(world, SECOND, LIBRARY).changed == (SLUG,)  # a newer program brings a newer text
    adopt(world, THIRD, origin)
    assert adopt(world, FIRST, LIBRARY) == Adoption()
    assert present(world) == THIRD


REFUSED = {
    "another identity": ('identity = "confidential"', 'identity = "anonymous"', 'identity is now "anonymous"'),
    "another kind of engagement": ('kind = "consultation"', 'kind = "poll"', 'kind is now "poll"'),
    "another kind of step": ('id = "wrong"\nkind = "text"', 'id = "wrong"\nkind = "yes-no"', '"wrong" is now of kind "yes-no"'),
    "answers that go elsewhere": ('about = "me"', 'about = "answers"', '"tell-me" goes elsewhere'),
}


@pytest.mark.parametrize("change", REFUSED)
def test_a_change_that_would_mix_answers_is_refused_at_its_line_once_opened(world: World, change: str) -> None:
    was, becomes, what = REFUSED[change]
    opened(world)
    source = FIRST.replace(was, becomes, 1)
    done = adopt(world, source)
    (problem,) = done.problems
    assert what in problem.what
    assert source.splitlines()[problem.line - 1] == becomes.splitlines()[-1]
    assert ("new id" in problem.do, problem.level, done.changed) == (True, ERROR, ())
    assert (present(world), world.count(schema.editions)) == (FIRST, 1)


@pytest.mark.parametrize("change", REFUSED)
def test_before_it_is_opened_everything_may_change(world: World, change: str) -> None:
    was, becomes, _ = REFUSED[change]
    adopt(world, FIRST)
    source = FIRST.replace(was, becomes, 1)
    assert adopt(world, source) == Adoption(changed=(SLUG,))
    assert world.do(lambda db: engagements.load(db, world.organisation_id)).popitem()[1].identity == flows.read(source).identity


def test_what_was_only_a_draft_refuses_nothing_later(world: World) -> None:
    adopt(world, FIRST.replace('id = "wrong"\nkind = "text"', 'id = "wrong"\nkind = "yes-no"'))
    opened(world)
    assert adopt(world, SECOND).changed == (SLUG,)


def test_a_step_that_was_left_out_and_comes_back_as_another_kind_is_refused(world: World) -> None:
    opened(world)
    step = FIRST[FIRST.index('[[steps]]\nid = "wrong"') : FIRST.index('[[steps]]\nid = "tell-me"')]
    assert adopt(world, FIRST.replace(step, "")).changed == (SLUG,)
    assert adopt(world, FIRST.replace('id = "wrong"\nkind = "text"', 'id = "wrong"\nkind = "yes-no"')).changed == ()


def test_a_doubtful_change_is_taken_with_a_word_of_advice(world: World) -> None:
    opened(world)
    done = adopt(world, FIRST.replace("One thing we should not get wrong?", "Which bus do you take?"))
    assert done.changed == (SLUG,)
    assert [problem.level for problem in done.problems] == [ADVICE]


def test_one_refused_text_holds_up_no_other(world: World) -> None:
    opened(world)
    other = FIRST.replace(f'id = "{SLUG}"', 'id = "another"', 1)
    sources = {SLUG: FIRST.replace('"confidential"', '"named"'), "another": other}
    done = world.do(lambda db: engagements.adopt(db, world.organisation_id, sources, LATER))
    assert (done.changed, len(done.problems), present(world)) == (("another",), 1, FIRST)


def test_pictures_are_part_of_an_edition(world: World) -> None:
    opened(world)
    with_map = {SLUG: {"map.png": b"a map"}}

    def work(db: Connection) -> Adoption:
        return engagements.adopt(db, world.organisation_id, {SLUG: FIRST}, LATER, shown=with_map)

    assert world.do(work).changed == (SLUG,)
    assert world.do(work) == Adoption()
    name = world.do(lambda db: engagements.load(db, world.organisation_id)).popitem()[1].edition
    assert name == flows.edition_of(FIRST, with_map[SLUG])
    assert world.count(schema.pictures) == 1
