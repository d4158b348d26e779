"""Staff read what people wrote, sort it and quote it, and nobody else comes to see a word of it."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape

import pytest
from sqlalchemy import Connection

from bot.access import ROLES
from bot.web.console.routes import PAGES
from storage import engagements
from storage.engagements import Engagement
from storage.figures import releases
from storage.reading import quotes, readings, themes
from tests.console.office import Browser, Office
from tests.storage.test_quotes import quoted
from tests.storage.test_readings import QUOTING, to_read
from tests.storage.world import NOON, pick, write

HERE = "/console/inbox/quoting"
CANARY = "zwartbles"


def engage(office: Office, *words: str, identity: str = "confidential") -> Engagement:
    """An engagement in which each of these was written by somebody who may be quoted."""
    made = office.world.engage(identity, QUOTING)
    office.world.answer_all(made, [{"wrong": write(one), "may-quote": pick("yes")} for one in words])
    return made


def handles(page: str) -> list[str]:
    return re.findall(r'name="text" value="([\w-]+)"', page)


def texts(page: str) -> list[str]:
    return [unescape(words) for words in re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", page, re.DOTALL)]


def unread(browser: Browser) -> list[str]:
    return texts(browser.get(HERE).text)


def test_what_was_written_is_read_in_one_press(either: Office) -> None:
    engage(either, "one", "two")
    ada = either.staff()
    page = ada.get(HERE).text
    first = texts(page)[0]
    assert ada.post(HERE, {"one": handles(page)[0]}).headers["location"] == f"{HERE}#texts"
    assert first not in unread(ada)
    assert len(unread(ada)) == 1
    assert texts(ada.get(f"{HERE}?show=read").text) == [first]


def test_several_are_read_at_once_and_no_more_than_were_seen(office: Office) -> None:
    made = engage(office, "one", "two", "three")
    ada = office.staff()
    page = ada.get(HERE).text
    ada.post(HERE, {"do": "read", "text": handles(page)[:2]})
    assert len(unread(ada)) == 1
    shown = re.findall(r'name="shown" value="([^"]+)"', ada.get(HERE).text)[0]
    office.world.answer(made, {"wrong": write("came meanwhile")})
    ada.post(HERE, {"do": "all", "shown": shown})
    assert unread(ada) == ["came meanwhile"]


def test_the_list_says_what_is_overdue(office: Office) -> None:
    engage(office, "one", "two")
    office.pass_time(days=8)
    page = office.staff().get("/console/inbox").text
    assert "2 overdue" in page
    assert "Tuesday 2 February" in page


def test_each_page_opened_is_one_row_of_the_audit(office: Office) -> None:
    engage(office, "one", "two", "three")
    ada = office.staff()
    ada.get(HERE)
    assert office.noted("read-texts") == [(ada.who.code if ada.who else "", "read-texts", "quoting: 3")]


def test_themes_are_put_on_by_hand(office: Office) -> None:
    engage(office, "cars", "buses")
    ada = office.staff()
    ada.post(f"{HERE}/themes", {"do": "add", "name": "Getting <there>"})
    code = re.findall(r'name="code" value="(\w+)"', ada.get(f"{HERE}/themes").text)[0]
    page = ada.get(HERE).text
    first = texts(page)[0]
    ada.post(HERE, {"do": "theme-on", "theme": code, "text": handles(page)[0]})
    under = ada.get(f"{HERE}?show=read&theme={code}").text
    assert texts(under) == [first]
    assert "Getting &lt;there&gt;" in under
    again = ada.post(f"{HERE}/themes", {"do": "add", "name": "getting <THERE>"})
    assert again.status_code == 422
    assert "There is a theme with this name already" in again.text
    back = {"do": "theme-off", "theme": code, "text": handles(under)[0], "show": "read", "theme-shown": code}
    assert ada.post(HERE, back).headers["location"] == f"{HERE}?show=read&theme={code}#texts"
    assert texts(ada.get(f"{HERE}?show=read&theme={code}").text) == []


@pytest.mark.parametrize("fields", [{"do": "read"}, {"do": "read", "text": "made-up"}, {"do": "theme-on"}, {"one": "x" * 140}])
def test_a_form_that_names_nothing_says_so(office: Office, fields: dict[str, str]) -> None:
    engage(office, "one")
    answer = office.staff().post(HERE, fields)
    assert answer.status_code == 422
    assert "Choose at least one text first" in answer.text


def test_the_same_person_is_not_known_by_two_texts(office: Office) -> None:
    made = office.world.engage("named", QUOTING)
    office.world.answer(made, {"wrong": write("one"), "again": write("two")})
    page = office.staff().get(HERE).text
    person = to_read(office.world, made)[0].place[0].decode()
    assert person not in page
    assert len(set(handles(page))) == 2


# --- Quotes


def test_two_of_staff_make_a_quote(either: Office) -> None:
    made = engage(either, *["My name is Sam. It is too loud."] * 10)
    either.world.do(lambda db: releases.make(db, made, NOON))
    ada, bob = either.staff(name="Ada"), either.staff(name="Bob")
    path = f"{HERE}/text/{handles(ada.get(HERE).text)[0]}"
    page = ada.get(path).text
    assert "My name is [name]. It is too loud." in page
    assert re.search(r"<mark>Sam<", page)
    ada.post(path, {"words": "It is too loud."})
    queue = bob.get(f"{HERE}/quotes").text
    asked = re.findall(rf"{HERE}/text/[\w-]+", queue)[0]
    seen = re.findall(r'name="seen" value="(\w+)"', bob.get(asked).text)[0]
    assert "seen" not in re.findall(r'type="hidden" name="(\w+)"', ada.get(asked).text)
    assert ada.post(f"{asked}/approve", {"seen": seen}).status_code == 422
    assert quoted(either.world, made) == []
    assert bob.post(f"{asked}/approve", {"seen": seen}).status_code == 303
    assert quoted(either.world, made) == ["It is too loud."]
    assert bob.post(f"{asked}/refuse").status_code == 303
    assert quoted(either.world, made) == []


def test_words_that_still_tell_something_need_a_tick(office: Office) -> None:
    engage(office, "Ring 07700 900123.")
    ada = office.staff()
    path = f"{HERE}/text/{handles(ada.get(HERE).text)[0]}"
    answer = ada.post(path, {"words": "Ring 07700 900123."})
    assert answer.status_code == 422
    assert "There still seems to be: phone number" in answer.text
    assert ada.post(path, {"words": "Ring 07700 900123.", "sure": "yes"}).status_code == 303


def test_nobody_is_quoted_who_did_not_agree(office: Office) -> None:
    made = office.world.engage("confidential", QUOTING)
    office.world.answer(made, {"wrong": write("one"), "may-quote": pick("no")})
    ada = office.staff()
    page = ada.get(HERE).text
    assert "/text/" not in page
    path = f"{HERE}/text/{handles(page)[0]}"
    assert "has not agreed to be quoted" in ada.get(path).text
    assert ada.post(path, {"words": "one"}).status_code == 422


# --- Who sees it


def filled(path: str, handle: str, person: str) -> str:
    known = {"slug": "quoting", "handle": handle, "code": person}
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: known.get(found[1], "made-up"), path)


@pytest.mark.promise("P19")
def test_words_reach_no_page_of_those_who_may_not_read_them_nor_audit_nor_log(
    office: Office, capfd: pytest.CaptureFixture[str]
) -> None:
    made = engage(office, *[f"My {CANARY} is sick {number}" for number in range(12)])
    office.world.do(lambda db: releases.make(db, made, NOON))
    ada = office.staff()
    page = ada.get(HERE).text
    assert CANARY in page
    handle = handles(page)[0]
    ada.post(f"{HERE}/text/{handle}", {"words": f"My {CANARY}"})
    ada.post(HERE, {"one": handles(page)[1]})
    person = office.world.meet()[1]
    visitors = {role: office.staff(role) for role, may in ROLES.items() if not may & {"read-inbox", "see-exact"}}
    visitors["nobody"] = office.browser()
    assert visitors.keys() >= {"analyst", "partner", "ig", "secretary"}
    for browser in visitors.values():
        for one in PAGES:
            if one.method == "GET":
                assert CANARY not in browser.get(filled(one.path, handle, person)).text, one.path
    assert not [row for row in office.noted() if CANARY in " ".join(row)]
    assert CANARY not in "".join(capfd.readouterr())


def test_another_organisation_s_words_are_not_there(office: Office) -> None:
    engage(office, "one")
    ada = office.staff()
    handle = handles(ada.get(HERE).text)[0]
    office.world.engage("confidential")
    assert ada.get(f"/console/inbox/clinic/text/{handle}").status_code == 404
    assert ada.get("/console/inbox/nothing").status_code == 404


# --- What leaves the team


def test_results_show_quotes_to_staff_and_neither_to_a_partner_nor_beside_a_group(either: Office) -> None:
    made = engage(either, *["It is too loud."] * 20)
    either.world.do(lambda db: releases.make(db, made, NOON))
    place = to_read(either.world, made)[0].place
    either.world.do(lambda db: quotes.propose(db, either.world.keys, made, place, f"A {CANARY} said", "ada", NOON))
    analyst = either.staff("analyst")
    results = "/console/results/quoting"
    assert CANARY not in analyst.get(results).text
    draft = either.world.do(lambda db: quotes.draft(db, either.world.keys, made, place))
    assert draft
    either.world.do(lambda db: quotes.approve(db, either.world.keys, made, place, draft.seen, "bob"))
    assert f"A {CANARY} said" in analyst.get(results).text
    assert CANARY not in analyst.get(f"{results}?by=language&value=en").text
    assert CANARY not in either.staff("partner").get(results).text


def test_what_may_be_quoted_stands_on_the_results_and_the_printed_report_and_in_no_file(office: Office) -> None:
    made = engage(office, *(f"{CANARY} {number}" for number in range(20)))
    world, analyst = office.world, office.staff("analyst")
    world.answer_all(made, [{"again": write("more")}] * 10)
    world.do(lambda db: releases.make(db, made, NOON))
    results, unshown = "/console/results/quoting", "What people wrote is not shown"
    for page in (analyst.get(results).text, analyst.get(f"{results}/report").text):
        assert (page.count(unshown), page.count("<blockquote")) == (2, 0)

    def work(db: Connection) -> None:
        theme = themes.add(db, made.id, "Sheep")
        place = next(one.place for one in readings.to_read(db, world.keys, made).said if one.place[1] == "wrong")
        while said := readings.to_read(db, world.keys, made).said:
            themes.put_on(db, made, theme, [one.place for one in said], "ada", NOON)
        quotes.propose(db, world.keys, made, place, f"{CANARY}!", "ada", NOON)
        draft = quotes.draft(db, world.keys, made, place)
        quotes.approve(db, world.keys, made, place, draft.seen if draft else "", "bob")
        engagements.set_state(db, made.id, engagements.CLOSED, NOON)

    world.do(work)
    for page in (analyst.get(results).text, analyst.get(f"{results}/report").text):
        assert page.count(unshown) == 1
        assert texts(page) == [f"{CANARY}!"]
        assert '<th scope="row">Sheep</th>' in page
    assert CANARY not in analyst.get(f"{results}?by=language&value=en").text
    for form in ("csv", "xlsx", "json", "zip"):
        assert CANARY.encode() not in contents(analyst.get(f"{results}.{form}").content)
    assert office.staff("partner").get(f"{results}/report").status_code == 403


def contents(file: bytes) -> bytes:
    """What is in a file, and in all that is packed in it."""
    if not zipfile.is_zipfile(io.BytesIO(file)):
        return file
    with zipfile.ZipFile(io.BytesIO(file)) as packed:
        return b"".join(contents(packed.read(name)) for name in packed.namelist())
