"""Alerts: each can be read by Prometheus, names figures there are, and can be acted on."""

from __future__ import annotations

import re

import pytest

from bot.web import metrics
from bot.web.metrics import METRICS
from tests.house import tree
from tests.web import promql

PAGE = (tree.ROOT / "docs/monitoring.md").read_text("utf-8")
ALERTS = (tree.ROOT / "deploy/alerts.yaml").read_text("utf-8")
RULES = dict(re.findall(r"- alert: (\w+)\n +expr: (.+)\n", ALERTS))
OF_PROCESS = {"process_resident_memory_bytes", "process_open_fds", "process_max_fds", "process_start_time_seconds"}


def test_every_alert_has_an_expression_that_can_be_read_and_names_figures_there_are() -> None:
    known = {*METRICS, *OF_PROCESS, "up"} | {f"{name}_bucket" for name, one in METRICS.items() if one.kind == metrics.HISTOGRAM}
    assert len(RULES) == ALERTS.count("- alert:") > 15
    assert {name: found for name, rule in RULES.items() if (found := promql.names(rule) - known)} == {}


@pytest.mark.parametrize("wrong", ["rate(a[5m]", "a >", "a{b}", "1 2", "sum by instance (a)", "a[5 m]"])
def test_an_expression_that_prometheus_would_refuse_is_refused(wrong: str) -> None:
    with pytest.raises(promql.UnreadableError):
        promql.names(wrong)


def test_every_alert_says_what_it_means_and_what_to_do_and_stands_in_the_document() -> None:
    told = re.findall(r"^\| `(WithUs\w+)` \| \S.{20,} \|$", PAGE, re.MULTILINE)
    assert told == list(RULES)
    for said in ("summary", "do"):
        assert len(re.findall(rf"^          {said}: \S.{{10,}}\.$", ALERTS, re.MULTILINE)) == len(RULES)
    assert set(re.findall(r"severity: (\w+)", ALERTS)) == {"page", "ticket"}


def test_silence_is_told_while_a_tap_still_lives() -> None:
    assert "> 60" in RULES["WithUsDeaf"]
    assert "> 60" in RULES["WithUsNewsWaits"]


def test_a_figure_that_is_pruned_raises_no_alert_and_a_backup_never_made_does() -> None:
    assert promql.names(RULES["WithUsFailures"]) == {"withus_failures_total"}
    assert RULES["WithUsNoBackup"].startswith("absent(withus_backup_age_seconds")
    assert METRICS["withus_failures_total"].kind == metrics.COUNTER
