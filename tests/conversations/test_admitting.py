"""Whom an audience takes in: by age band alone, and whoever would rather not say counts as young."""

from __future__ import annotations

import pytest

from conversations.reception import admits


@pytest.mark.parametrize(
    "audience,band,admitted",
    [
        ("everyone", "unsaid", True),
        ("everyone", "", True),
        ("adults", "18", True),
        ("adults", "16-17", False),
        ("adults", "unsaid", False),
        ("under-18s", "16-17", True),
        ("under-18s", "unsaid", True),
        ("under-18s", "18", False),
    ],
)
def test_an_audience_takes_in_its_ages_and_no_others(audience: str, band: str, admitted: object) -> None:
    assert admits(audience, band) is admitted
