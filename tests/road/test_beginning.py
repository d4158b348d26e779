"""A bot that cannot begin says why and what to do, with an exit code that is not 0, and changes nothing."""

from __future__ import annotations

import asyncio
import shutil
import socket

import pytest
from sqlalchemy import text

from storage import keys
from storage.database import connect
from tests.road.conftest import MakeHouse
from tests.road.crowd import hear
from tests.road.house import ENGAGEMENTS, House


@pytest.fixture
def house(make_plain_house: MakeHouse) -> House:
    """A house whose bot has run before and does not run now."""
    made = make_plain_house(begin=False)
    made.open("tests-five")
    return made


def refusal(house: House) -> str:
    """What the bot says when it does not begin."""
    house.begin()
    code = house.nursery.wait(house.pid)
    house.pid = 0
    assert code == 1, house.said()
    assert "Traceback" not in house.said()
    return house.said()


def begins(house: House) -> None:
    house.start()
    person = house.telegram.person()
    person.starts()
    hear(person, "how old are you")


def test_a_database_from_a_newer_program_is_left_alone(make_house: MakeHouse) -> None:
    house = make_house(begin=False)
    house.open("tests-five")

    async def say(statement: str) -> None:
        engine = connect(house.database)
        async with engine.begin() as connection:
            await connection.execute(text(statement))
        await engine.dispose()

    asyncio.run(say("ALTER TABLE alembic_version RENAME TO kept"))
    asyncio.run(say("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    asyncio.run(say("INSERT INTO alembic_version VALUES ('9999_from_the_future')"))
    assert "made by a newer version" in refusal(house)
    asyncio.run(say("DROP TABLE alembic_version"))
    asyncio.run(say("ALTER TABLE kept RENAME TO alembic_version"))
    begins(house)


def test_a_missing_key_file_is_asked_for_and_not_made_anew(house: House) -> None:
    held = house.folder / "keys.json"
    held.rename(house.folder / "elsewhere")
    assert "is missing. Put it back" in refusal(house)
    assert not held.exists()
    (house.folder / "elsewhere").rename(held)
    begins(house)


def test_the_key_file_of_another_house_is_refused(house: House) -> None:
    (house.folder / "keys.json").rename(house.folder / "ours")
    keys.make(house.folder / "keys.json")
    assert "belongs to another database" in refusal(house)
    shutil.copy(house.folder / "ours", house.folder / "keys.json")
    begins(house)


@pytest.mark.parametrize("broken", ["", "{}", "not a key file", '{"lasting": {"1": "!"}}'])
def test_a_broken_key_file_is_told_as_such(house: House, broken: str) -> None:
    (house.folder / "keys.json").write_text(broken)
    assert "cannot be read" in refusal(house)


def test_a_misspelt_setting_is_refused_with_the_right_spelling(house: House) -> None:
    house.settings.write_text(house.settings.read_text().replace("[web]\n", '[web]\nlissen = "127.0.0.1:1"\n'))
    assert "There is no setting web.lissen. Did you mean listen?" in refusal(house)


def test_an_address_in_use_is_named(house: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", house.port))
        taken.listen()
        assert f"127.0.0.1:{house.port}" in refusal(house)
    begins(house)


@pytest.mark.promise("P15")
def test_a_broken_engagement_file_is_named_and_the_good_ones_are_served(house: House) -> None:
    good = (ENGAGEMENTS / "tests-five.toml").read_text("utf-8")
    house.put(good.replace('"tests-five"', '"tests-broken"').replace('kind = "choice"', 'kind = "chioce"'), "broken")
    house.put("[[[", "worse")
    house.start()
    line = good[: good.index('kind = "choice"')].count("\n") + 1
    assert f"broken.toml:{line}: " in house.said()
    assert "worse.toml:1" in house.said()
    person = house.telegram.person()
    person.starts(house.links["tests-five"])
    hear(person, "how old are you")
    person.says("18")
    hear(person, "Which best describes you")


@pytest.mark.promise("P15")
def test_a_file_that_breaks_later_leaves_what_was_opened_as_it_was(house: House) -> None:
    house.put("[[[", "tests-five")
    house.start()
    person = house.telegram.person()
    person.starts(house.links["tests-five"])
    person.says("18")
    hear(person, "Which best describes you")


@pytest.mark.promise("P15", control=True)
def test_a_bot_that_takes_files_unchecked_is_caught(house: House) -> None:
    house.put("[[[", "worse")
    house.variant = "tests.road.variants:take_unchecked"
    house.begin()
    assert house.nursery.wait(house.pid) != 0
    house.pid = 0
