"""P7: however many sign up at once, from however many processes, nobody is told of a place that there is not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack

import pytest

from tests.events.stage import announce, enrol, look
from tests.storage.world import World


def _sign_up(world: World, number: int, places: int, processes: int, how: str, at_once: int) -> None:
    """Have so many people sign up, from so many processes; what they were told must be so."""
    _, [one] = announce(world, places)
    people = enrol(world, number)
    each = number // processes
    with ExitStack() as stack:
        crowds = [
            stack.enter_context(_crowd(world.url, one.code, how, people[at], people[at + each - 1], at_once))
            for at in range(0, number, each)
        ]
        for _ in range(1 if how == "locked" else 2):
            _start(crowds)
        told = {int(who): tuple(what) for crowd in crowds for who, what in json.loads(crowd.communicate()[0]).items()}
    assert told.keys() == set(people)
    kept = look(world, one)
    confirmed = [who for who, place in kept.items() if place.state == "confirmed"]
    assert len(confirmed) <= places, f"{len(confirmed)} people have {places} places"
    assert len(confirmed) == places
    assert sorted(who for who, what in told.items() if what[0] == "placed") == sorted(confirmed)
    line = sorted((place.queued, who) for who, place in kept.items() if place.state == "waiting")
    assert {who: number for number, (_, who) in enumerate(line, 1)} == {
        who: position for who, (result, position) in told.items() if result == "waiting"
    }
    assert Counter(what[0] for what in told.values()) == {"placed": places, "waiting": number - places}


def _crowd(*told: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.events.crowd", *map(str, told)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _start(crowds: list[subprocess.Popen[str]]) -> None:
    """Once all are at the line."""
    for crowd in crowds:
        assert crowd.stdout
        assert crowd.stdout.readline()
    for crowd in crowds:
        assert crowd.stdin
        crowd.stdin.write("\n")
        crowd.stdin.flush()


@pytest.mark.promise("P7")
def test_nobody_is_told_of_a_place_that_there_is_not(world: World) -> None:
    _sign_up(world, 200, 20, processes=4, how="locked", at_once=5)


@pytest.mark.promise("P7", control=True)
def test_to_look_first_and_write_later_is_caught(world: World) -> None:
    with pytest.raises(AssertionError, match="40 people have 20 places"):
        _sign_up(world, 60, 20, processes=2, how="naive", at_once=30)


@pytest.mark.long
@pytest.mark.promise("P7")
@pytest.mark.timeout(600)
def test_a_thousand_people_for_fifty_places_from_twenty_processes(world: World) -> None:
    _sign_up(world, 1_000, 50, processes=20, how="locked", at_once=1)
