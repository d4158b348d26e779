"""What is made of an answer about known holes."""

import pytest

from tests import audit

CLEAN = {"name": "a", "version": "1", "vulns": []}
HOLED = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}
UNKNOWN = {"name": "c", "version": "3", "skip_reason": "Dependency not found"}


def test_a_known_hole_fails_the_audit_whatever_else_is_unknown() -> None:
    code, words = audit.judge({"dependencies": [CLEAN, UNKNOWN, HOLED]})
    assert code == audit.FOUND
    assert "b 2 has PYSEC-1" in words


def test_what_nobody_can_tell_is_said_loudly_and_is_no_failure() -> None:
    for report in ({"dependencies": [CLEAN, UNKNOWN]}, "no answer"):
        code, words = audit.judge(report)
        assert code == audit.NOT_AUDITED
        assert words.startswith("NOT AUDITED: ")


def test_packages_without_a_known_hole_pass() -> None:
    assert audit.judge({"dependencies": [CLEAN]}) == (0, "Audited: no known hole in 1 packages.")


def test_a_hole_that_does_not_touch_us_is_named_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(audit.ACCEPTED, "PYSEC-1", "only on machines we do not run on")
    assert audit.judge({"dependencies": [HOLED]})[0] == 0
