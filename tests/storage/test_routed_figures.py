"""What is asked of some people only never tells how few they were."""

from __future__ import annotations

import pytest

from tests.storage.test_results import counts, find, release
from tests.storage.world import SOURCE, World, pick, write


@pytest.mark.parametrize("few, hidden", [(2, True), (20, False)])
def test_how_many_answered_a_question_never_tells_a_star_in_the_one_it_hangs_on(world: World, few: int, hidden: bool) -> None:  # noqa: FBT001
    gated = SOURCE.replace('id = "first"', 'id = "first"\nwhen = {{ who = "have" }}')
    gated = gated.replace('id = "wrong"', 'id = "wrong"\nwhen = {{ first = {{ answered = true }} }}')
    clinic = world.engage(source=gated)
    for _ in range(20):
        world.answer(clinic, {"who": pick("have"), "wrong": write("Words"), "first": pick("phone")})
    for _ in range(few):
        world.answer(clinic, {"who": pick("care")})
    release(world, clinic)
    told = world.released(clinic)
    assert (counts(told, "who")["care"] == "*") is hidden
    for step in ("first", "wrong"):  # the second hangs on the first
        assert find(told, step)["answered"] == ("*" if hidden else "20")
    assert (find(told, "first")["options"] == []) is hidden
