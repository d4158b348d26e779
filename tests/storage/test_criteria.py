"""Who an audience is, as a value: it comes back from its JSON, and what cannot be asked is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.broadcasting import criteria, switches
from storage.broadcasting.criteria import Contacted, Criteria, CriteriaError, Invited, Said, TookPart

slugs = st.from_regex(r"[a-z][a-z0-9-]{0,10}", fullmatch=True)
made_codes = st.from_regex(r"[a-z2-7]{16}", fullmatch=True)
said = st.lists(st.builds(Said, slugs, slugs, st.lists(slugs, min_size=1, max_size=3).map(tuple)), max_size=2).map(tuple)
everything = st.builds(
    Criteria,
    partners=st.lists(made_codes, max_size=2).map(tuple),
    places=st.lists(st.sampled_from(["ME", "ME14", "M1", "EC1A"])).map(tuple),
    languages=st.lists(st.sampled_from(["en", "en-x-easy", "cy"])).map(tuple),
    age=st.sampled_from(["", "adults", "under-18s"]),
    wants=st.lists(st.sampled_from(list(switches.PURPOSES))).map(tuple),
    wishes=said,
    answers=said,
    groups=st.lists(made_codes, max_size=2).map(tuple),
    invited=st.lists(st.builds(Invited, made_codes, st.booleans()), max_size=2).map(tuple),
    took_part=st.lists(st.builds(TookPart, slugs, st.sampled_from(["finished", "begun", "took", "not"])), max_size=2).map(tuple),
    contacted=st.sampled_from([None, Contacted("never"), Contacted("within", 7), Contacted("longer", 365)]),
)


@given(everything)
@settings(max_examples=30)
def test_criteria_come_back_from_their_json_as_they_were(wanted: Criteria) -> None:
    assert criteria.read(criteria.write(wanted)) == wanted


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)))
@settings(max_examples=30)
def test_anything_else_is_refused_in_plain_words(value: Any) -> None:
    for name in [*criteria.FIELDS, "else"]:
        try:
            kept = criteria.read(json.dumps({name: value}))
        except CriteriaError as error:
            assert str(error).endswith(".")  # noqa: PT017 - some values are criteria
        else:
            assert criteria.write(criteria.read(criteria.write(kept))) == criteria.write(kept)


@pytest.mark.parametrize(
    "broken", ["", "[]", "null", "{", '{"places": "ME14"}', '{"wishes": [{"engagement": "a"}]}', '{"age": 18}']
)
def test_broken_criteria_are_refused(broken: str) -> None:
    with pytest.raises(CriteriaError, match="cannot be read"):
        criteria.read(broken)


@pytest.mark.parametrize(
    "made, field",
    [
        ({"places": ("ME14 1XX",)}, "places"),
        ({"places": ("M%",)}, "places"),
        ({"languages": ("'; DROP TABLE people",)}, "languages"),
        ({"age": "children"}, "age"),
        ({"wants": ("everything",)}, "wants"),
        ({"groups": ("x",)}, "groups"),
        ({"wishes": (Said("clinic", "tell-me", ()),)}, "wishes"),
        ({"contacted": Contacted("within", 0)}, "contacted"),
        ({"took_part": (TookPart("clinic", "maybe"),)}, "took_part"),
        ({"places": ("ME14",) * 101}, "places"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_the_name_of_its_field(made: dict[str, Any], field: str) -> None:
    with pytest.raises(CriteriaError) as caught:
        Criteria(**made)
    assert caught.value.field == field
