"""Files that change while people answer: the next person gets the new words, whoever began keeps theirs."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot import content
from bot.editing import LOOK_EVERY
from conversations import phrases
from storage.engagements import Adoption
from tests.paint import png
from tests.road import tongues
from tests.road.author import FIVE, NEW, OLD, REWORDED, Author
from tests.road.conftest import MakeHouse
from tests.road.crowd import hear
from tests.road.house import until
from tests.road.indoors import Indoors, indoors

LONG_ENOUGH = 10 * LOOK_EVERY
"""Seconds; on an idle machine three looks are enough, but tests share theirs."""


# --- The whole road


def test_an_edit_reaches_the_next_person_and_leaves_three_who_have_begun_with_their_words(make_house: MakeHouse) -> None:
    house = make_house()
    link = house.open("tests-five", FIVE)
    opened, midway, ending = (house.telegram.person() for _ in range(3))
    for person, answered in ((opened, []), (midway, ["I work there"]), (ending, ["I work there", "Listen"])):
        for words in (f"/start {link}", "18", *answered):
            person.says(words)
    hear(opened, "Which best describes you?")
    hear(midway, OLD)
    hear(ending, "You wrote: Listen.")
    before = len(house.said())
    (house.content / "tests-five.toml").write_text(REWORDED, "utf-8")
    until(lambda: "engagements changed" in house.said()[before:], house.said, LONG_ENOUGH)
    newcomer = house.telegram.person()
    for words in (f"/start {link}", "18", "I work there"):
        newcomer.says(words)
    hear(newcomer, NEW)
    opened.says("I work there")
    hear(opened, OLD)
    midway.says("Ask us")
    hear(midway, "You wrote: Ask us.")
    ending.says("/back")
    hear(ending, OLD)


@pytest.mark.promise("P15")
def test_a_typo_is_named_with_its_line_and_what_was_meant_and_the_old_words_stay(make_house: MakeHouse) -> None:
    house = make_house()
    link = house.open("tests-five", FIVE)
    typo = REWORDED.replace('kind = "choices"', 'kind = "choises"')
    line = typo[: typo.index('"choises"')].count("\n") + 1
    house.put(typo, "tests-five")
    until(lambda: f"tests-five.toml:{line}: " in house.said(), house.said, LONG_ENOUGH)
    assert 'did you mean \\"choices\\"?' in house.said()
    person = house.telegram.person()
    for words in (f"/start {link}", "18", "I work there"):
        person.says(words)
    hear(person, OLD)
    house.put(REWORDED, "tests-five")  # and mended it is taken
    until(lambda: "engagements changed" in house.said().partition("choises")[2], house.said, LONG_ENOUGH)


@pytest.fixture
def home(database: str, tmp_path: Path) -> Iterator[Indoors]:
    with indoors(database, tmp_path) as made:
        yield made


@pytest.fixture
def author(home: Indoors, tmp_path: Path) -> Iterator[Author]:
    yield Author(home, tmp_path / "author")
    phrases.take({})


@pytest.fixture
def opened(author: Author) -> str:
    """The code of a link to tests-five, taken from the author's folder."""
    author.write("five", FIVE)
    author.look()
    return author.open("tests-five")


def hears(author: Author, code: str) -> str:
    """The third question as somebody new hears it."""
    return author.answers(f"/start {code}", "18", "I work there").said[-1]


def test_a_file_is_taken_only_when_it_is_the_same_for_two_looks(author: Author) -> None:
    author.write("five", FIVE)
    assert author.look(1) == []
    author.write("five", REWORDED)
    assert author.look(1) == []
    assert [entry["engagements"] for entry in author.look(1)] == [("tests-five",)]
    assert author.look(3) == []


def test_a_half_written_file_changes_nothing_until_it_is_whole(author: Author, opened: str) -> None:
    for part in range(1, 5):
        author.write("five", REWORDED[: len(REWORDED) * part // 5])
        assert author.look(1) == []
    author.write("five", REWORDED)
    author.look()
    assert NEW in hears(author, opened)


def test_an_editor_that_writes_a_new_file_and_renames_it_is_understood(author: Author, opened: str) -> None:
    other = author.folder / "five.toml~"
    other.write_text(REWORDED, "utf-8")
    author.look(1)
    other.replace(author.folder / "five.toml")
    author.look()
    assert NEW in hears(author, opened)


def test_a_file_of_the_same_size_and_time_is_still_seen_to_have_changed(author: Author, opened: str) -> None:
    file = author.folder / "five.toml"
    state = file.stat()
    file.write_text(FIVE.replace("not get wrong", "not get worse"), "utf-8")
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    author.look()
    assert "not get worse" in hears(author, opened)


def test_one_file_that_never_rests_does_not_keep_the_others_waiting_for_ever(author: Author, opened: str) -> None:
    author.write("five", REWORDED)
    for number in range(12):
        author.write("restless", "#" * number)
        assert [entry["event"] for entry in author.look(1) if entry["log_level"] != "info"] == []
    assert NEW in hears(author, opened)


def test_files_that_change_one_after_the_other_are_taken_together(author: Author) -> None:
    author.write("five", REWORDED)
    assert author.look(1) == []
    author.write("another", FIVE.replace('"tests-five"', '"another"', 1))
    assert author.look(1) == []
    assert [sorted(entry["engagements"]) for entry in author.look(1)] == [["another", "tests-five"]]


def test_a_broken_file_harms_no_good_one_and_is_told_once(author: Author, opened: str) -> None:
    author.write("broken", FIVE.replace('"tests-five"', '"broken"').replace("charter", "chartre"))
    author.write("five", REWORDED)
    said = author.look()
    assert [entry["log_level"] for entry in said] == ["error", "info"]
    assert "broken.toml:11: " in said[0]["problem"]
    assert NEW in hears(author, opened)
    author.write("five", FIVE)
    assert [entry["log_level"] for entry in author.look()] == ["info"]


@pytest.mark.parametrize("copy", ["a-copy", "z-copy"])
def test_a_doubled_id_harms_neither(author: Author, opened: str, copy: str) -> None:
    author.write(copy, REWORDED)
    said = author.look()
    named = {entry["problem"].partition(": ")[0].rpartition("/")[2] for entry in said}
    assert named == {f"{copy}.toml:2", "five.toml:2"}
    assert OLD in hears(author, opened)
    (author.folder / f"{copy}.toml").unlink()
    author.write("five", REWORDED)
    author.look()
    assert NEW in hears(author, opened)


def test_a_file_whose_picture_is_missing_is_left_out_and_the_old_words_stay(author: Author, opened: str) -> None:
    author.write("five", REWORDED.replace('id = "wrong"\n', 'id = "wrong"\npicture = { file = "map.png", alt.en = "A map" }\n'))
    (said,) = author.look()
    assert (said["log_level"], "map.png" in said["problem"]) == ("error", True)
    assert OLD in hears(author, opened)
    (author.folder / "map.png").write_bytes(png())  # and with it the file is taken
    author.look()
    assert NEW in hears(author, opened)


def test_deleting_a_file_leaves_its_engagement_as_it_is_and_says_so(author: Author, opened: str) -> None:
    (author.folder / "five.toml").unlink()
    (said,) = author.look()
    assert (said["engagement"], said["event"]) == ("tests-five", "an engagement file is gone; what was made of it stays as it is")
    assert OLD in hears(author, opened)
    assert author.look() == []


def test_a_file_that_comes_back_after_its_deletion_is_taken_again(author: Author, opened: str) -> None:
    (author.folder / "five.toml").unlink()
    author.look()
    author.write("five", REWORDED)
    author.look()
    assert NEW in hears(author, opened)


def test_another_id_in_the_file_of_an_open_engagement_is_told_like_a_deletion_also_after_a_slip(
    author: Author, opened: str
) -> None:
    author.write("five", "format = ")
    author.look()
    author.write("five", FIVE.replace('"tests-five"', '"tests-fives"', 1))
    said = author.look()
    assert [entry["log_level"] for entry in said] == ["info", "warning"]
    assert (said[1]["engagement"], said[1]["id"]) == ("tests-five", "tests-fives")
    assert OLD in hears(author, opened)
    author.write("five", FIVE.replace('"tests-five"', '"tests-fives"', 1).replace(OLD, NEW))
    assert [entry["log_level"] for entry in author.look()] == ["info"]


def test_whoever_saves_a_file_that_is_still_wrong_hears_of_it_again(author: Author, opened: str) -> None:
    file = author.folder / "five.toml"
    for encoding in ("utf-16", "utf-16-be"):
        file.write_bytes(b"\xff\xfe" + FIVE.encode(encoding))
        (said,) = author.look()
        assert "is not UTF-8" in said["problem"]
    author.write("another", FIVE.replace('"tests-five"', '"another"', 1))
    assert [entry["log_level"] for entry in author.look()] == ["info"]
    assert OLD in hears(author, opened)


def test_a_picture_saved_again_and_still_wrong_is_told_again(author: Author) -> None:
    author.write("five", FIVE.replace('id = "wrong"\n', 'id = "wrong"\npicture = { file = "map.png", alt.en = "A map" }\n'))
    for content_ in (b"one", b"two"):
        (author.folder / "map.png").write_bytes(content_)
        (said,) = author.look()
        assert "is no picture that can be sent" in said["problem"]


def test_phrases_approved_meanwhile_are_spoken_and_a_broken_file_leaves_them_as_they_are(author: Author) -> None:
    author.write("five", FIVE)
    author.look()
    (author.folder / "phrases").mkdir()
    approved = author.write("phrases/ur", tongues.approved("ur"))
    author.look(1)
    assert "ur" not in phrases.PHRASES["back"]
    assert [entry["event"] for entry in author.look(1)] == ["the bot's own words changed; they are in use from now on"]
    assert phrases.PHRASES["back"] == {"en": "Back", "ur": "واپس"}
    author.write("phrases/ur", "back = ")
    (said,) = author.look()
    assert (said["log_level"], "ur.toml:1: is not TOML" in said["problem"]) == ("error", True)
    assert phrases.PHRASES["back"] == {"en": "Back", "ur": "واپس"}
    approved.unlink()
    author.look()
    assert phrases.PHRASES["back"] == {"en": "Back"}


def test_phrases_change_in_the_thread_where_people_are_answered(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = []

    def speak(spoken: phrases.Spoken, speak: Callable[[phrases.Spoken], None] = phrases.speak) -> None:
        threads.append(threading.current_thread())
        speak(spoken)

    monkeypatch.setattr(phrases, "speak", speak)
    author.write("five", FIVE)
    author.look()
    assert threads == [threading.main_thread()]


def test_a_change_that_would_mix_answers_is_refused_in_the_log_and_the_old_words_stay(author: Author, opened: str) -> None:
    author.write("five", REWORDED.replace('"confidential"', '"named"'))
    (said,) = author.look()
    assert (said["log_level"], "five.toml:5: identity is now" in said["problem"]) == ("error", True)
    assert OLD in hears(author, opened)


def test_what_could_not_be_written_down_is_taken_at_the_next_look(
    author: Author, opened: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Adoption:
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr(content, "adopt", fail)
        author.write("five", REWORDED)
        author.look(1)
        with pytest.raises(OSError):  # noqa: PT011 - the very one
            author.look(1)
    author.look(1)
    assert NEW in hears(author, opened)


def test_a_new_picture_beside_a_file_makes_a_new_edition(author: Author) -> None:
    picture = author.folder / "map.png"
    picture.write_bytes(png(grey=1))
    author.write("five", FIVE.replace('id = "wrong"\n', 'id = "wrong"\npicture = { file = "map.png", alt.en = "A map" }\n'))
    assert [entry["event"][:19] for entry in author.look()] == ["engagements changed"]
    picture.write_bytes(png(grey=2))
    assert [entry["event"][:19] for entry in author.look()] == ["engagements changed"]
