"""Settings: what the organisation settles in the console, and two people who do it at once."""

from __future__ import annotations

from storage.staffing import preferences
from storage.staffing.preferences import DEFAULTS, FIELDS, Preferences
from tests.console.office import Browser, Office

PATH = "/console/settings"


def held(office: Office) -> Preferences:
    return office.world.do(lambda db: preferences.read(db, office.world.organisation_id))


def shown(**changes: str) -> dict[str, str]:
    """The form as it is on a fresh page, with what somebody changed."""
    spelled = {name: ("no", "yes")[value] if isinstance(value, bool) else str(value) for name, value in DEFAULTS.items()}
    return {f"was-{name}": value for name, value in spelled.items()} | spelled | changes


def save(one: Browser, **changes: str) -> int:
    return one.post(PATH, shown(**changes)).status_code


def test_what_is_settled_holds_and_is_noted(office: Office) -> None:
    admin = office.staff("admin")
    page = admin.get(PATH).text
    assert all(field.label in page for field in FIELDS.values())
    assert save(admin, quiet_from="21:30", sundays="yes", week="3") == 303
    assert held(office) == Preferences(quiet_from="21:30", sundays=True, week=3)
    assert 'value="21:30"' in admin.get(PATH).text
    assert office.noted("change-settings") == [(admin.me.code, "change-settings", "quiet_from sundays week")]


def test_settling_wants_a_fresh_code_and_adding_a_partner_none(office: Office) -> None:
    admin = office.staff("admin")
    for _ in range(3):
        office.pass_time(minutes=10)
        assert admin.get("/console/me").status_code == 200
    answer = admin.post(PATH, shown(approval_above="500"), referer=f"http://127.0.0.1:8080{PATH}")
    assert answer.headers["location"] == f"/console/confirm?next={PATH}"
    assert admin.get(PATH).headers["location"] == f"/console/confirm?next={PATH}"
    assert held(office) == Preferences()
    assert admin.post(f"{PATH}/partners", {"partner": "Hillside"}).status_code == 303


def test_what_cannot_be_is_told_beside_its_field_and_nothing_is_settled(office: Office) -> None:
    admin = office.staff("admin")
    answer = admin.post(PATH, shown(quiet_from="25:00", week="a lot", undo_seconds="1200"))
    assert answer.status_code == 422
    assert 'id="quiet_from-error"' in answer.text
    assert 'id="week-error"' in answer.text
    assert 'value="1200"' in answer.text  # what was right is not to be typed again
    assert held(office) == Preferences()


def test_two_who_change_different_things_at_once_both_get_their_way(office: Office) -> None:
    one, other = office.staff("admin"), office.staff("ig")
    assert save(one, week="3") == 303
    assert save(other, month="8") == 303
    assert held(office) == Preferences(week=3, month=8)


def test_two_who_change_the_same_thing_are_told_and_nothing_is_overwritten(either: Office) -> None:
    one, other = either.staff("admin"), either.staff("ig")
    assert save(one, nation="WLS") == 303
    answer = other.post(PATH, shown(nation="SCT", week="1"))
    assert answer.status_code == 422
    assert "A colleague changed this to Wales" in answer.text
    assert held(either) == Preferences(nation="WLS")
    assert other.press(PATH, PATH, {"nation": "SCT"}).status_code == 303
    assert held(either) == Preferences(nation="SCT")


def test_a_form_of_made_up_fields_settles_nothing(office: Office) -> None:
    admin = office.staff("admin")
    assert admin.post(PATH, {"was-root": "x", "root": "y", "was-week": "2"}).status_code == 303
    assert admin.post(PATH, {}).status_code == 303
    assert held(office) == Preferences()
    assert office.noted("change-settings") == []


def test_partners_are_added_once_each(office: Office) -> None:
    admin = office.staff("admin")
    assert admin.post(f"{PATH}/partners", {"partner": "The <b>hospice</b>"}).status_code == 303
    assert "The &lt;b&gt;hospice&lt;/b&gt;" in admin.get(PATH).text
    assert "is there already" in admin.post(f"{PATH}/partners", {"partner": "the <B>hospice</B>"}).text
    assert "Write a name" in admin.post(f"{PATH}/partners", {"partner": ""}).text
    assert [what for _, what, _ in office.noted("add-partner")] == ["add-partner"]
