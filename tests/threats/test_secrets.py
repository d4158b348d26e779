"""What must not be seen stays unseen: in logs through every kind of trouble, in stolen files, in what is said and written."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path
from typing import Any

import pytest
import structlog
import typer.main

from bot import commands, config_file, logs
from bot.telegram.wire import UnknownOutcomeError, Wire
from conversations import reception
from emulator.client import Someone
from tests.emulator.door import Door
from tests.road.conftest import MakeHouse
from tests.road.crowd import hear
from tests.road.house import PATIENCE, SECRET, House, run_command, until

WORDS = "canary-in-an-answer"
NAME = "Canary-in-a-name"
KINDS = ("401", "404", "429", "500", "502", "html", "cut-before", "cut-after")


def fall_at_canaries() -> None:
    """A bot with a fault: it falls over whoever says the word, and a careless line logs all there is."""
    receive = reception.receive

    def fall(*arguments: Any, **named: Any) -> Any:
        if WORDS not in repr(arguments):
            return receive(*arguments, **named)
        fault = ValueError(f"cannot deal with {arguments!r}")
        try:
            raise fault
        except ValueError:
            structlog.get_logger().exception("it fell over", text=repr(arguments), name=NAME, token=SECRET)
            raise

    reception.receive = fall


@pytest.mark.parametrize("receive", ["polling", "webhook"])
def test_no_log_tells_a_secret_a_name_or_a_word_through_errors_of_every_kind(make_plain_house: MakeHouse, receive: str) -> None:
    house = make_plain_house(receive, "tests.threats.test_secrets:fall_at_canaries")
    person = _trouble(house)
    said = house.said()
    assert "Traceback" not in said
    assert '"level": "error"' in said  # there was trouble to speak of
    token = house.telegram.token
    for secret in (token, token.partition(":")[2], SECRET, WORDS, NAME, str(person.id)):
        assert secret not in said, secret


def _trouble(house: House) -> Someone:
    """Everything that goes wrong, goes wrong, around people of one name."""
    telegram = house.telegram
    for kind in KINDS:
        at = telegram.state()["log"]  # first: the fault may meet a reply that is tried again
        telegram.faults([{"kind": kind, "method": "sendMessage", "count": 1}])
        telegram.person(NAME).starts()
        telegram.await_log("call", after=at, wait=PATIENCE, fault=kind)
    telegram.faults([{"kind": "html", "count": 3}])
    person = telegram.person(NAME)
    person.starts()
    hear(person, "how old are you")
    person.says(f"{WORDS} 1")
    hear(person, "did not work")
    house.telegram.raw({"message": {"chat": {"id": person.id, "type": "private"}, "from": WORDS, "text": WORDS}})
    house.telegram.raw(json.dumps({WORDS: house.telegram.token})) if house.receive == "polling" else None
    return person


def test_a_log_that_hid_nothing_would_be_caught(make_plain_house: MakeHouse) -> None:
    house = make_plain_house("polling", "tests.threats.test_secrets:tell_all")
    person = house.telegram.person(NAME)
    person.starts()
    hear(person, "how old are you")
    person.says(WORDS)
    hear(person, "did not work")
    until(lambda: WORDS in house.said(), house.said)


def tell_all() -> None:
    """The control: as any program that logs what it is given."""
    fall_at_canaries()
    logs.HIDDEN = ()  # type: ignore[assignment]


@pytest.fixture
def told(make_plain_house: MakeHouse) -> tuple[House, Someone]:
    """A house in which somebody has answered in words of their own, stopped, and backed up."""
    house = make_plain_house()
    code = house.open("tests-five")
    person = house.telegram.person(NAME)
    for words in (f"/start {code}", "18", "I work there"):
        person.says(words)
    hear(person, "not get wrong")
    person.says(WORDS)
    hear(person, "May the group read that")
    person.says("yes")
    hear(person, "tell you what happens next")
    house.stop()
    house.command("backup", "--to", str(house.folder / "backups"))
    return house, person


def _bytes_of(*paths: Path) -> bytes:
    return b"".join(
        file.read_bytes() for path in paths for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file()
    )


def test_what_a_thief_of_some_files_can_read(told: tuple[House, Someone]) -> None:
    """Database and backups tell nothing without the keys, and the keys nothing without them."""
    house, person = told
    database = list(house.folder.parent.glob("withus.db*"))
    assert database
    keys = [house.keys, *house.keys.parent.glob(f"{house.keys.name}.*")]
    token = house.telegram.token.partition(":")[2]
    for files in (database, [house.folder / "backups"], keys):
        stolen = _bytes_of(*files)
        assert stolen
        for secret in (WORDS, NAME, str(person.id), token):
            assert secret.encode() not in stolen, secret
    assert WORDS in house.command("results", "tests-five", "--format", "json")  # with both, it is there


def test_what_the_bot_writes_is_for_its_owner_alone(told: tuple[House, Someone]) -> None:
    house, _ = told
    assert stat.S_IMODE(house.keys.stat().st_mode) == 0o600
    backups = house.folder / "backups"
    for path in (backups, *backups.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_no_export_holds_the_token_or_an_address(told: tuple[House, Someone]) -> None:
    house, person = told
    for form in ("table", "csv", "json"):
        said = house.command("results", "tests-five", "--format", form)
        assert house.telegram.token.partition(":")[2] not in said
        assert str(person.id) not in said
        assert NAME not in said


def test_no_command_that_stays_takes_a_secret_where_others_on_the_computer_can_see_it() -> None:
    group: Any = typer.main.get_command(commands.cli)
    options = {f"{name} {option}" for name, one in group.commands.items() for each in one.params for option in each.opts}
    assert {one for one in options if "token" in one or "secret" in one} == {"init --token", "init --token-file"}


def test_a_wrong_setting_is_told_without_the_secret_beside_it(tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text(f'[telegram]\ntoken = "12345 {WORDS}"\nwebhook_secret = "{WORDS} !"\ntokn = "{WORDS}"\n')
    for command in ("doctor", "run", "results"):
        arguments = [command, *(["x"] if command == "results" else []), "--config", str(settings)]
        code, said = run_command(*arguments)
        assert code == 1
        assert WORDS not in said


def test_a_file_that_is_linked_into_the_folder_of_engagements_is_not_shown(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.write_text(f'secret = "{WORDS}"\nand = {WORDS}\n{{"json": "{WORDS}"}}')
    folder = tmp_path / "engagements"
    folder.mkdir()
    (folder / "linked.toml").symlink_to(private)
    code, said = run_command("check", str(folder))
    assert code == 1
    assert "linked.toml" in said
    assert WORDS not in said


async def test_a_redirect_takes_nothing_to_somebody_else() -> None:
    with Door() as elsewhere, Door() as server:
        async with Wire(server.url, f"1:{WORDS}") as wire:
            calling = asyncio.create_task(wire.call("sendMessage", json.dumps({"text": WORDS}).encode()))
            delivery = await asyncio.to_thread(server.next)
            delivery.answer(307, Location=elsewhere.url)
            with pytest.raises(UnknownOutcomeError):
                await calling
        assert elsewhere.empty()


def test_settings_shown_by_the_program_hide_their_secrets() -> None:
    settings = config_file.settle({"telegram": {"token": f"1:{WORDS}", "webhook_secret": WORDS}})
    assert WORDS not in repr(settings) + str(settings) + str(settings.model_dump())
