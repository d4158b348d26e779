"""`words`: texts go to translators and come back, nothing is lost or half-written, and approvals say who read what."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import phrasebook, translations, wordsheet
from bot.wordsheet import Row
from conversations import approval, checking, flow, phrases
from conversations.text import Counted
from tests.conversations.written import always, source
from tests.road import tongues
from tests.road.house import run_command

KITCHEN = Path(__file__).parent / "road/engagements/tests-kitchen.toml"
TODAY = dt.date(2027, 1, 2)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An engagement with Urdu approved, and comments in it."""
    copy = tmp_path / "kitchen.toml"
    copy.write_text(f"# Ours.\n{KITCHEN.read_text('utf-8')}# The end.\n", "utf-8")
    return copy


def words(*arguments: str | Path) -> tuple[int, str]:
    return run_command("words", *map(str, arguments))


def exported(file: Path, language: str = "ur") -> Path:
    table = file.parent / f"{language}.csv"
    code, said = words("export", file, "--language", language, "--out", table)
    assert code == 0, said
    return table


def change(table: Path, told: dict[str, str]) -> None:
    """Write other words into the rows whose keys these are."""
    rows = wordsheet.read(table.read_bytes())
    table.write_bytes(wordsheet.write(replace(row, words=told.get(row.key, row.words)) for row in rows))


# --- Engagements


def test_a_table_that_comes_back_as_it_went_changes_nothing(file: Path) -> None:
    before = file.read_bytes()
    table = exported(file)
    assert words("import", table, file) == (0, f"{file}, ur: nothing to change.\n")
    assert file.read_bytes() == before


def test_a_language_comes_in_whole_with_its_approvals_and_comments_stay(file: Path) -> None:
    table = exported(file, "pl")
    names = [words.name for words in approval.texts(tomllib.loads(file.read_text("utf-8")))]
    change(table, {name: f"Tak {place}{' {food}' * (name == 'steps.hours.ask')}" for place, name in enumerate(names)})
    assert words("import", table, file, "--by", "Ola Nowak") == (0, f"{file}, pl: 12 changed, 12 approved.\n")
    text = file.read_text("utf-8")
    assert text.startswith("# Ours.\n")
    assert "# The end.\n" in text
    engagement = tomllib.loads(text)
    assert engagement["approved"]["pl"]["by"] == "Ola Nowak"
    assert "pl" in approval.sift(engagement)["steps"][1]["ask"]
    assert checking.check(text, "a.toml") == []


def test_half_a_language_is_taken_and_people_see_the_source_for_the_rest(file: Path) -> None:
    table = exported(file, "pl")
    change(table, {"title": "Kuchnia", "steps.food.ask": "Co gotujemy?"})
    code, said = words("import", table, file, "--by", "Ola Nowak")
    assert (code, "2 changed, 2 approved" in said) == (0, True)
    assert "10 of 12 texts have no words in pl yet" in said
    text = file.read_text("utf-8")
    assert checking.check(text, "a.toml") == []
    built = flow.read(text)
    assert (built.title["pl"], built.steps[0].ask["pl"]) == ("Kuchnia", "Co gotujemy?")
    assert "pl" not in built.steps[1].ask
    assert "pl" not in built.complete


def test_half_a_language_without_its_title_is_not_written_and_the_title_is_asked_for(file: Path) -> None:
    table, before = exported(file, "pl"), file.read_bytes()
    change(table, {"steps.food.ask": "Co gotujemy?"})
    code, said = words("import", table, file)
    assert code == 1
    assert said == "The title has no words in pl, so nobody could choose it. Fill in that row too. Nothing was changed.\n"
    assert file.read_bytes() == before


def test_a_row_that_is_refused_is_named_also_when_nothing_can_be_written(file: Path) -> None:
    table = exported(file)
    change(table, {"steps.hours.ask": "کتنے گھنٹے؟", "steps.food.options.rice.label": "روٹی"})
    code, said = words("import", table, file)
    assert code == 1
    assert said.index("steps.hours.ask: {food} is missing") < said.index("two options say")
    assert said.endswith("Nothing was changed.\n")


def test_a_language_that_lost_one_gap_comes_in_but_for_that_row(file: Path) -> None:
    table = exported(file, "pl")
    names = [words.name for words in approval.texts(tomllib.loads(file.read_text("utf-8")))]
    change(table, {name: f"Tak {place}" for place, name in enumerate(names)})
    code, said = words("import", table, file)
    assert code == 1
    assert "steps.hours.ask: {food} is missing" in said
    assert "11 changed, 0 approved, 1 not taken" in said
    assert checking.check(file.read_text("utf-8"), "a.toml") == []


def test_a_row_whose_english_has_changed_is_named_and_not_taken(file: Path) -> None:
    table = exported(file)
    change(table, {"title": "باغ", "steps.day.ask": "کب؟"})
    file.write_text(file.read_text("utf-8").replace("The kitchen at the centre", "Our kitchen"), "utf-8")
    code, said = words("import", table, file)
    assert code == 1
    assert "line 2: title: its English has changed since; it is now 'Our kitchen'" in said
    engagement = tomllib.loads(file.read_text("utf-8"))
    assert engagement["title"]["ur"] == "مرکز کا باورچی خانہ"
    assert engagement["steps"][2]["ask"]["ur"] == "کب؟"


@pytest.mark.parametrize(
    "new,why",
    [("کتنے گھنٹے؟", "{food} is missing"), ("{foood} {food}", "{foood} stands for nothing here")],
)
def test_gaps_must_stay(file: Path, new: str, why: str) -> None:
    table = exported(file)
    change(table, {"steps.hours.ask": new})
    before = file.read_bytes()
    code, said = words("import", table, file)
    assert code == 1
    assert why in said
    assert file.read_bytes() == before


def test_words_that_would_break_the_file_are_not_written(file: Path) -> None:
    table = exported(file)
    change(table, {"steps.food.options.rice.label": "روٹی"})
    before = file.read_bytes()
    code, said = words("import", table, file)
    assert code == 1
    assert "two options say" in said
    assert "Nothing was changed." in said
    assert file.read_bytes() == before
    assert sorted(each.name for each in file.parent.iterdir()) == ["kitchen.toml", "ur.csv"]


def test_changed_words_are_unapproved_until_somebody_approves_them(file: Path) -> None:
    table = exported(file)
    rows = [
        Row(r.key, r.where, r.english, "ہمارا باورچی خانہ" if r.key == "title" else r.words)
        for r in wordsheet.read(table.read_bytes())
    ]
    table.write_bytes(wordsheet.write(rows))
    assert words("import", table, file)[0] == 0
    assert "ur" not in approval.sift(tomllib.loads(file.read_text("utf-8")))["title"]
    assert words("approve", file, "--language", "ur", "--by", "Nadia Khan")[0] == 0
    engagement = tomllib.loads(file.read_text("utf-8"))
    assert approval.sift(engagement)["title"]["ur"] == "ہمارا باورچی خانہ"
    assert engagement["approved"]["ur"]["by"] == "The tests, Nadia Khan"


def test_line_ends_and_a_byte_order_mark_stay(file: Path) -> None:
    windows = "\ufeff" + file.read_text("utf-8").replace("\n", "\r\n")
    file.write_bytes(windows.encode())
    assert words("approve", file, "--language", "cy", "--by", "Gwen")[0] == 0
    after = file.read_bytes().decode()
    assert after.startswith("\ufeff# Ours.\r\n")
    assert "Gwen" in after
    assert after.count("\n") == after.count("\r\n")


# --- Any words


@always
@given(st.text(min_size=1).filter(str.strip), st.text(min_size=1).filter(str.strip))
def test_any_words_go_out_and_come_back_into_the_same_file(english: str, urdu: str) -> None:
    text = source({"title": {"en": english}, "charter": {}, "steps": [{"id": "a", "ask": {"en": english, "ur": "x"}}]})
    book = translations.engagement(text, "ur")
    rows = [Row(r.key, r.where, r.english, urdu, "Nadia") for r in wordsheet.read(wordsheet.write(translations.rows(book)))]
    done = translations.compare(book, rows, "", TODAY)
    if done.refused:  # words in braces that are no gap of the English
        return
    written = tomllib.loads(translations.rewrite(text, book, done))
    assert written["title"] == {"en": english, "ur": urdu}
    assert written["steps"][0]["ask"] == {"en": english, "ur": urdu}
    assert approval.sift(written)["title"] == {"en": english, "ur": urdu}


# --- The bot's own phrases


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    folder = tmp_path / "ours"
    folder.mkdir()
    path = tmp_path / "config.toml"
    path.write_text(f'[telegram]\ntoken = "1:abc"\n[content]\nfolder = "{folder}"\n')
    return path


def test_an_organisation_approves_the_drafts_after_reading_them(tmp_path: Path, settings: Path) -> None:
    table = tmp_path / "cy.csv"
    assert words("export", "--phrases", "--language", "cy", "--out", table, "--config", settings)[0] == 0
    rows = {row.key: row for row in wordsheet.read(table.read_bytes())}
    assert {f"too-few.{form}" for form in ("zero", "one", "two", "few", "many", "other")} <= rows.keys()
    code, said = words("import", table, "--phrases", "--by", "Gwen Rees", "--config", settings)
    assert code == 0, said
    own = (tmp_path / "ours/phrases/cy.toml").read_text("utf-8")
    assert 'by = "Gwen Rees"' in own
    phrases.take({"cy": own})
    try:
        spoken = [key for key, text in phrases.PHRASES.items() if "cy" not in text]
        few = phrases.PHRASES["too-few"]["cy"]
    finally:
        phrases.take({})
    assert spoken == []
    assert isinstance(few, Counted)


@pytest.mark.parametrize("language", tongues.LANGUAGES)
def test_phrases_that_come_back_as_they_went_change_nothing(tmp_path: Path, settings: Path, language: str) -> None:
    table, own = tmp_path / f"{language}.csv", tmp_path / f"ours/phrases/{language}.toml"
    own.parent.mkdir()
    own.write_text(tongues.approved(language), "utf-8")
    words("export", "--phrases", "--language", language, "--out", table, "--config", settings)
    assert words("import", table, "--phrases", "--config", settings) == (0, f"{own}, {language}: nothing to change.\n")
    assert own.read_text("utf-8") == tongues.approved(language)


def test_without_a_folder_there_is_no_place_for_phrases(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[telegram]\ntoken = "1:abc"\n')
    code, said = words("export", "--phrases", "--language", "ur", "--config", path)
    assert (code, said) == (1, "There is no place for words of your own yet. Set content.folder in the settings.\n")


@pytest.mark.parametrize(
    "arguments,why",
    [
        (("export", "--language", "ur"), "Name an engagement file"),
        (("export", KITCHEN), "Say which language"),
        (("export", KITCHEN, "--language", "en"), "needs no approval"),
        (("approve", KITCHEN, "--language", "ur"), "--by NAME"),
        (("import", "not-there-ur.csv", KITCHEN), "Say which language"),
        (("import", "ur.csv", KITCHEN), "cannot be read"),
        (("export", Path("nowhere.toml"), "--language", "ur"), "cannot be read"),
    ],
)
def test_what_is_missing_is_said(arguments: tuple[str | Path, ...], why: str) -> None:
    code, said = words(*arguments)
    assert code == 1
    assert why in said


def test_a_broken_file_of_phrases_is_told_and_left_out_and_the_others_count(tmp_path: Path) -> None:
    folder = tmp_path / "phrases"
    folder.mkdir()
    (folder / "cy.toml").write_text("back = 1", "utf-8")
    (folder / "pl.toml").write_text("back = ", "utf-8")
    (folder / "ur.toml").write_text(tongues.approved("ur"), "utf-8")
    (folder / "ro.toml").write_bytes(b"\xff\xfe")
    try:
        problems = phrasebook.take(tmp_path)
        spoken = dict(phrases.PHRASES["back"])
    finally:
        phrases.take({})
    assert spoken == {"en": "Back", "ur": "واپس"}
    assert [Path(problem.file).stem for problem in problems] == ["cy", "pl", "ro"]
    assert phrasebook.take(None) == []


def test_a_table_as_long_as_a_hundred_questions_is_no_trouble(file: Path) -> None:
    steps = [{"id": f"s{n}", "kind": "text", "ask": {"en": f"Question {n}?"}} for n in range(300)]
    text = source({**tomllib.loads(file.read_text("utf-8")), "steps": steps})
    book = translations.engagement(text, "ur")
    told = [replace(row, words=f"سوال {row.key}", approved_by="Nadia") for row in translations.rows(book) if not row.words]
    written = translations.rewrite(text, book, translations.compare(book, told, "", TODAY))
    assert len(tomllib.loads(written)["approved"]["ur"]["texts"]) >= 300
