"""The audit as staff read it: who did what, whether the record is whole, and nothing of any answer."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from storage import audit, schema
from tests.console.office import Browser, Office

PATH = "/console/audit"


def fill(office: Office, number: int = 120) -> None:
    here = office.world.organisation_id

    def work(db: Any) -> None:
        for each in range(number):
            at = office.now + dt.timedelta(minutes=each)
            audit.note(db, here, "somebody" if each % 2 else "=HYPERLINK()", "open-engagement", f"clinic-{each}", at)

    office.world.do(work)


def rows(page: str) -> list[str]:
    return re.findall(r"<td>(clinic-\d+)</td>", page)


def test_rows_come_newest_first_and_by_fifty(office: Office) -> None:
    ig = office.staff("ig")
    fill(office)
    page = ig.get(PATH).text
    seen = rows(page)
    assert seen == [f"clinic-{each}" for each in range(119, 69, -1)]
    for _ in range(2):
        later = re.search(r'rel="next" href="([^"]+)"', page)
        assert later
        page = ig.get(later[1].replace("&amp;", "&")).text
        seen += rows(page)
    assert seen == [f"clinic-{each}" for each in range(119, -1, -1)]
    assert "Newest" in page


def test_rows_are_chosen_by_who_what_and_day(either: Office) -> None:
    ig = either.staff("ig")
    fill(either, 4)
    assert rows(ig.get(f"{PATH}?who=somebody").text) == ["clinic-3", "clinic-1"]
    assert rows(ig.get(f"{PATH}?what=read-inbox").text) == []
    assert len(rows(ig.get(f"{PATH}?what=open-engagement&day=2027-02-01").text)) == 4
    assert rows(ig.get(f"{PATH}?day=2027-02-02").text) == []
    assert ig.me.name in ig.get(f"{PATH}?who={ig.me.code}").text


@pytest.mark.parametrize(
    "asked", ["day=0001-01-01", "day=nonsense", "day=9999-12-31", "before=-1", "before=" + "9" * 40, "before=²"]
)
def test_an_address_of_nonsense_shows_a_page(office: Office, asked: str) -> None:
    assert office.staff("ig").get(f"{PATH}?{asked}").status_code in {200, 422}


CHANGES = {
    "a word is changed": update(schema.audit).where(schema.audit.c.id == 5).values(about="another"),
    "a name is changed": update(schema.audit).where(schema.audit.c.id == 5).values(who="another"),
    "a row is taken out": delete(schema.audit).where(schema.audit.c.id == 5),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_record_that_was_changed_is_told(office: Office, what: str) -> None:
    ig = office.staff("ig")
    fill(office, 10)
    assert "Whole" in ig.get(PATH).text
    office.world.do(lambda db: db.execute(CHANGES[what]).rowcount)
    page = ig.get(PATH).text
    assert "Broken" in page
    assert re.search(r"Row [56] does not follow", page)
    ig.post(f"{PATH}/check")
    assert "Somebody changed the record" in ig.get(PATH).text


def test_the_file_holds_what_was_chosen_and_runs_nothing(either: Office) -> None:
    ig = either.staff("ig")
    fill(either)
    answer = ig.get(f"{PATH}.csv?what=open-engagement")
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["about"] for row in table] == [f"clinic-{each}" for each in range(119, -1, -1)]
    assert {row["who"] for row in table} == {"somebody", "'=HYPERLINK()"}
    assert either.noted("export-audit") == [(ig.me.code, "export-audit", "120")]


def test_no_answer_and_no_password_stands_in_the_audit(office: Office) -> None:
    admin: Browser = office.staff("admin")
    secret = "seven slow purple kettles"
    admin.post("/console/me/password", {"present": secret, "password": secret, "again": secret})
    office.browser().post("/console/sign-in", {"email": f"{secret}@example.org", "password": secret, "code": "123456"})
    kept = office.world.do(lambda db: [tuple(row) for row in db.execute(select(schema.audit))])
    assert secret not in str(kept)
    assert "123456" not in str(kept)
