"""What an organisation settles, and what holds when nothing readable is there."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert

from conversations.hours import HourError, Quiet
from storage import schema
from storage.staffing import preferences
from storage.staffing.preferences import DEFAULTS, FIELDS, PreferenceError, Preferences
from tests.storage.world import World


def test_what_is_settled_holds_and_the_rest_stays(world: World) -> None:
    here = world.organisation_id
    assert world.do(lambda db: preferences.read(db, here)) == Preferences()
    told = {"quiet_from": "18:30", "sundays": "yes", "nation": "SCT", "week": " 3 ", "csrf": "not a field"}
    settled = world.do(lambda db: preferences.write(db, here, told))
    assert settled == replace(Preferences(), quiet_from="18:30", sundays=True, nation="SCT", week=3)
    world.do(lambda db: preferences.write(db, here, {"sundays": "no"}))
    assert world.do(lambda db: preferences.read(db, here)) == replace(settled, sundays=False)


def test_what_cannot_be_is_refused_by_its_field_and_nothing_is_changed(world: World) -> None:
    for wrong in WRONG:
        with pytest.raises(PreferenceError) as refused:
            world.do(partial(_write, world.organisation_id, {"young_week": "0", **wrong}))
        faults = refused.value.faults
        assert set(faults) <= set(wrong)
        assert all(why.endswith(".") and FIELDS[name].label in str(refused.value) for name, why in faults.items())
    assert world.do(lambda db: preferences.read(db, world.organisation_id)) == Preferences()


def test_every_preference_has_a_label_a_hint_and_a_default_it_allows() -> None:
    assert list(FIELDS) == list(DEFAULTS)
    for name, field in FIELDS.items():
        assert field.label
        assert field.hint.endswith(".")
        default = DEFAULTS[name]
        told = ("yes" if default else "no") if isinstance(default, bool) else str(default)
        assert preferences.parse(name, told) == default


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.sampled_from(list(FIELDS)), st.sampled_from(['"20:00"', "20", "true", "null", "[1]", "{", "", '"x"', "1e99", "-5"]))
def test_what_was_kept_and_cannot_be_read_is_as_if_never_settled(world: World, name: str, broken: str) -> None:
    kept = {"organisation_id": world.organisation_id, "name": name, "value": broken}
    world.do(lambda db: db.execute(schema.preferences.delete()))
    world.do(lambda db: db.execute(insert(schema.preferences), [kept, {**kept, "name": "of-another-version"}]))
    found = world.do(lambda db: preferences.read(db, world.organisation_id))
    assert type(getattr(found, name)) is type(DEFAULTS[name])
    found.quiet(young=True)
    assert replace(found, **{name: DEFAULTS[name]}) == Preferences()  # type: ignore[arg-type]


def test_one_persons_hours_are_everybodys_and_their_own() -> None:
    settled = Preferences(school_hours=True)
    assert settled.quiet() == Quiet()
    assert settled.quiet("WLS", "18:00-10:00", young=True) == Quiet(nation="WLS", narrower="18:00-10:00", school_hours=True)
    assert (settled.budget().week, settled.budget(young=True).month) == (2, 3)
    with pytest.raises(HourError):
        settled.quiet(narrower="late")


def _write(organisation_id: int, told: dict[str, str], db: Connection) -> Preferences:
    return preferences.write(db, organisation_id, told)


WRONG: list[dict[str, str]] = [
    {"quiet_from": "8 pm"},
    {"quiet_until": "20:00"},  # when they begin
    {"sundays": "maybe"},
    {"nation": "FRA"},
    {"week": "-1"},
    {"week": "two"},
    {"week": "٣"},
    {"month": "1"},  # less than in a week
    {"young_nudges": "2"},
    {"approval_above": "51"},
    {"undo_seconds": "9999999"},
]
