"""An engagement tried at the keyboard: the real words, the real reception, nothing kept."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from typer.testing import CliRunner, Result

from bot.commands import cli
from bot.talk.conversation import LINK, Conversation, Heard
from bot.talk.paths import read_aloud
from conversations import flow, library, phrases, screens
from conversations.flow import Flow
from conversations.text import choose
from tests.conversations import large
from tests.conversations.written import always, flows
from tests.road.house import ENGAGEMENTS

NOW = dt.datetime(2027, 1, 4, 9, 30, tzinfo=dt.UTC)
FIVE, TONGUES = (str(ENGAGEMENTS / f"{name}.toml") for name in ("tests-five", "tests-tongues"))
AGE = re.compile(r"how old are you")


@pytest.fixture(autouse=True)
def _somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where no settings are; phrases that a command took are not for the next test."""
    monkeypatch.chdir(tmp_path)
    yield
    phrases.take({})


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(cli, list(arguments), input=typed)


def talk(name: str = FIVE) -> Conversation:
    """Somebody of age at the first question."""
    one = Conversation(flow.read(Path(name).read_text("utf-8")), NOW)
    for line in (f"/start {LINK}", "18"):
        one.read(line)
    return one


def said(heard: list[Heard]) -> str:
    return "\n".join(one.text for one in heard)


def test_a_conversation_goes_from_the_link_to_the_thanks() -> None:
    done = run("talk", FIVE, typed="18\n1\n1 and 3\nBe on time\nyes\nno\n")
    assert done.exit_code == 0
    for words in ("how old are you?", "Question 1 of up to 5", "What would help first?", "You wrote: Be on time.", "Thank you."):
        assert words in done.output
    assert done.output.index("you> 18") < done.output.index("Question 1 of up to 5")


def test_what_would_be_kept_is_told_at_the_end() -> None:
    done = run("talk", FIVE, "--age", "18", typed="care\n1 and 3\nskip\n2\n")
    told = done.output.partition("what would be kept")[2]
    assert "who: I care for someone" in told
    assert "first: Closer to home, By phone" in told
    assert "wrong: (skipped)" in told
    assert "tell-me: No  (with their own record)" in told


def test_when_nothing_more_is_typed_it_ends_kindly() -> None:
    done = run("talk", FIVE, "--age", "18", typed="1\n")
    assert done.exit_code == 0
    assert "That is fine. You can come back any time." in done.output
    assert "It was not finished" in done.output


def test_the_language_and_the_age_can_be_given_beforehand() -> None:
    done = run("talk", TONGUES, "--age", "16-17", "--language", "cy", typed="1\n")
    assert "Beth fyddech chi'n ei blannu?" in done.output
    assert "Pryd fyddech chi'n dod?" in done.output
    assert "What would you plant?" not in done.output


def test_a_language_can_be_chosen_on_the_way() -> None:
    one = talk(TONGUES)
    one.read("/language")
    _, heard = one.read("اردو")
    assert "آپ کیا لگائیں گے؟" in said(heard)


def test_plain_output_has_no_colours_in_it() -> None:
    assert "\x1b" not in run("talk", FIVE, typed="18\n1\n").output


def test_a_button_is_tapped_by_its_place_or_its_words() -> None:
    one = talk()
    one.read("1")
    _, heard = one.read("tap 3")
    assert heard[0] == Heard("toast", "Picked: By phone")
    assert "✓ 3. By phone" in [button.label for button in heard[1].buttons]
    one.read("tap closer to home")
    _, heard = one.read("tap Done")
    assert "What should we not get wrong?" in said(heard)
    assert one.answers()["first"].chosen == ("nearer", "phone")


def test_an_earlier_question_is_changed_by_its_number() -> None:
    one = talk()
    one.read("1")
    one.read("1")
    act, heard = one.read("tap 1.3")
    assert (act.under, act.label) == ("Which best describes you?", "3. I work there")
    assert "changed" in said(heard)
    assert list(one.answers()) == ["who"]


def test_words_that_begin_with_tap_can_still_be_an_answer() -> None:
    one = talk()
    one.read("3")
    one.read("tap water should be safe")
    assert one.answers()["wrong"].text == "tap water should be safe"


def test_help_is_there_and_loses_nothing() -> None:
    one = talk()
    one.read("1")
    _, heard = one.read("help")
    assert "Samaritans" in said(heard)
    one.read("by phone")
    assert one.answers()["first"].chosen == ("phone",)


def test_a_picture_sent_is_declined() -> None:
    _, heard = talk().read("send photo")
    assert "can’t take pictures" in said(heard)


def test_leaving_deleting_and_coming_back_go_as_on_the_phone() -> None:
    one = talk()
    one.read("1")
    one.read("leave")
    _, heard = one.read(f"/start {LINK}")
    assert "Welcome back" in said(heard)
    one.read("/delete")
    one.read("yes")
    assert one.answers() == {}
    _, heard = one.read(f"/start {LINK}")
    assert AGE.search(said(heard))


def test_somebody_too_young_is_turned_away() -> None:
    one = Conversation(flow.read(Path(FIVE).read_text("utf-8")), NOW)
    one.read(f"/start {LINK}")
    _, heard = one.read("14")
    assert "only for people aged 16 or over" in said(heard)


def test_a_shipped_engagement_is_named_by_its_id_and_a_near_miss_is_helped() -> None:
    assert "Which part needs the most work?" in run("talk", "what-should-we-fix-first", "--age", "16-17").output
    missed = run("talk", "what-should-we-fix-frist")
    assert missed.exit_code == 1
    assert "Did you mean what-should-we-fix-first?" in missed.output


def test_an_engagement_of_ones_own_folder_is_named_by_its_id(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    folder.mkdir()
    (folder / "a.toml").write_text(Path(FIVE).read_text("utf-8"), "utf-8")
    (tmp_path / "config.toml").write_text(
        f'[telegram]\ntoken = "1:abc"\n[content]\nfolder = "{folder}"\n[organisation]\nname = "Us"\n'
    )
    assert "1. Pick one" in run("draw", "tests-five").output


@pytest.mark.parametrize("command", ["talk", "paths", "draw"])
def test_a_broken_file_prints_its_problems_and_stops(command: str, tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    file.write_text(Path(FIVE).read_text("utf-8").replace('kind = "yes-no"', 'kind = "yesno"'), "utf-8")
    done = run(command, str(file))
    assert done.exit_code == 1
    assert f'{file}:49: "yesno" is not a known `kind`; did you mean "yes-no"?' in done.output


@pytest.mark.parametrize(
    "arguments, told",
    [
        (("talk", FIVE, "--language", "cy"), "cannot be read in 'cy'"),
        (("talk", FIVE, "--unapproved", "--record", "a.txt"), "cannot be recorded"),
        (("talk", FIVE, "--age", "17"), "no age group"),
        (("talk", "nowhere.toml"), "No such file"),
        (("draw", FIVE, "--out", "no/such/folder.svg"), "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_to_do(arguments: tuple[str, ...], told: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 1
    assert told in done.output


def test_a_record_is_never_written_over_another_file(tmp_path: Path) -> None:
    file = tmp_path / "kept.txt"
    file.write_text("mine")
    done = run("talk", FIVE, "--record", str(file))
    assert done.exit_code == 1
    assert file.read_text() == "mine"


def test_paths_tell_each_way_through_with_what_leads_there() -> None:
    told = run("paths", "long-covid-tell-us-once").output
    assert "4 to 5 questions, 4 to 7 taps or typed answers" in told
    assert "These are 2 paths." in told
    first, second = told.split("## Path ")[1:]
    assert "“Which best describes you?”: “I have long covid” or “I used to have it”" in first
    assert "What makes your week hardest?" in first
    assert "“Which best describes you?”: “I care for someone who has it” or “I work with people who have it”" in second
    assert "What makes your week hardest?" not in second
    assert "Person: I care for someone who has it" in second


def test_paths_are_the_same_each_time_and_can_be_written_to_a_file(tmp_path: Path) -> None:
    assert run("paths", FIVE, "--out", str(tmp_path / "five.md")).exit_code == 0
    assert (tmp_path / "five.md").read_text("utf-8") == run("paths", FIVE).output


def test_paths_are_read_in_the_language_asked_for() -> None:
    told = run("paths", TONGUES, "--language", "cy").output
    assert "Beth fyddech chi'n ei blannu?" in told
    assert "Person: Rhosod" in told


@pytest.mark.parametrize("source", [large.source(), *library.SHIPPED.values()], ids=lambda source: flow.read(source).id)
def test_every_path_is_read_to_its_end(source: str) -> None:
    ends_on_every_path(flow.read(source))


@always
@given(flows())
def test_every_path_of_whatever_is_written_is_read_to_its_end(drawn: Flow) -> None:
    ends_on_every_path(drawn)


def ends_on_every_path(one: Flow) -> None:
    end = choose(screens.thank(one)[-1].text, "en").partition("{")[0]
    for path in "\n".join(read_aloud(one)).split("## Path ")[1:]:
        assert end in path


def test_words_nobody_has_approved_are_shown_only_to_those_who_ask_for_them(tmp_path: Path) -> None:
    file = tmp_path / "waiting.toml"
    file.write_text(Path(TONGUES).read_text("utf-8").partition("[approved")[0], "utf-8")
    assert "Add --unapproved" in run("paths", str(file), "--language", "cy").output
    told = run("paths", str(file), "--language", "cy", "--unapproved").output
    assert "Cwestiwn 1 o 3" in told
    assert "Beth fyddech chi'n ei blannu?" in told


def test_a_diagram_is_written_to_a_file(tmp_path: Path) -> None:
    done = run("draw", FIVE, "--out", str(tmp_path / "five.svg"))
    assert done.exit_code == 0
    assert (tmp_path / "five.svg").read_text("utf-8").startswith("<svg")
