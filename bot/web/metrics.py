"""The figures of a running bot, in the words of Prometheus. All of them stand in METRICS; none is about a person."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector, CollectorRegistry

from bot.pulse import Spread
from bot.vitals import Vitals
from storage.keeping import backups
from storage.measures import LANES, Figures

COUNTER, GAUGE, HISTOGRAM = "counter", "gauge", "histogram"

Values = Mapping[Any, float]
"""The values of one figure, each by a tuple: those of its labels."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is there to be read: the signs of life, and figures from the database when it answers."""

    vitals: Vitals
    figures: Figures | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its kind, what it says, its labels, and how it is read. What cannot be known just now is left out."""

    kind: str
    help: str
    labels: tuple[str, ...]
    read: Callable[[Seen], Values | Spread]


def expose(vitals: Vitals, figures: Figures | None, accepted: str) -> tuple[bytes, str]:
    """The page for whoever collects figures, and its content type, in the form `accepted` asks for."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Collector(Seen(vitals, figures)))
    encode, kind = choose_encoder(accepted)
    return encode(registry), kind


class _Collector(Collector):
    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    def collect(self) -> Iterator[Metric]:
        for name, figure in METRICS.items():
            yield _family(name, figure, self._seen)

    def describe(self) -> Iterable[Metric]:
        """Nothing: names are kept apart in METRICS."""
        return []


def _family(name: str, figure: Figure, seen: Seen) -> Metric:
    values = figure.read(seen)
    if isinstance(values, Spread):
        spread = HistogramMetricFamily(name, figure.help)
        spread.add_metric([], _buckets(values), values.total)
        return spread
    made = FAMILIES[figure.kind](name, figure.help, labels=figure.labels)
    for labels, value in values.items():
        made.add_metric(labels, value)
    return made


def _buckets(spread: Spread) -> list[tuple[str, float]]:
    """Prometheus counts what is at most each bound, the smaller ones too."""
    below, buckets = 0, []
    for bound, count in zip([*(str(float(bound)) for bound in spread.bounds), "+Inf"], spread.counts, strict=True):
        below += count
        buckets.append((bound, float(below)))
    return buckets


def _one(value: float | None) -> Values:
    """A figure without labels; none when there is no value."""
    return {} if value is None else {(): float(value)}


def _calls(seen: Seen) -> Values:
    return Counter(seen.vitals.out.outcomes) + Counter(seen.vitals.back.outcomes)


def _lag(seen: Seen) -> Values:
    if seen.figures is None:
        return {}
    now, oldest = seen.vitals.base.clock.now(), seen.figures.oldest
    return {(lane,): max(0.0, (now - oldest[lane]).total_seconds()) if lane in oldest else 0.0 for lane in LANES}


def _of_database(read: Callable[[Figures], float]) -> Callable[[Seen], Values]:
    return lambda seen: _one(read(seen.figures) if seen.figures else None)


def _backup_age(seen: Seen) -> Values:
    try:
        made = backups.find(seen.vitals.base.config.storage.backups)
        return _one(seen.vitals.base.clock.now().timestamp() - made[-1].stat().st_mtime if made else None)
    except OSError:  # it is being pruned just now
        return {}


def _build(seen: Seen) -> Values:
    schema = seen.figures.schema if seen.figures else ""
    return {(_version(), schema, ".".join(map(str, sys.version_info[:3])), sqlite3.sqlite_version): 1.0}


def _version() -> str:
    try:
        return version("withus")
    except PackageNotFoundError:  # run from its folder
        return "source"


FAMILIES: Mapping[str, type[CounterMetricFamily | GaugeMetricFamily]] = {
    COUNTER: CounterMetricFamily,
    GAUGE: GaugeMetricFamily,
}

METRICS: Mapping[str, Figure] = {
    "withus_ready": Figure(
        GAUGE, "1 when news is taken and kept, 0 when something is wrong (/readyz says what).", (),
        lambda seen: _one(not seen.vitals.troubles()),
    ),
    "withus_updates_total": Figure(
        COUNTER, "Updates from Telegram by kind: taken, or refused because they could not be kept (they come again).",
        ("kind", "outcome"), lambda seen: seen.vitals.pulse.updates,
    ),
    "withus_webhook_strangers_total": Figure(
        COUNTER, "Calls of the webhook that were no update from Telegram: a wrong secret, size or shape.", ("wrong",),
        lambda seen: {(why,): count for why, count in seen.vitals.pulse.strangers.items()},
    ),
    "withus_batch_updates": Figure(
        HISTOGRAM, "How many updates were taken in one transaction.", (), lambda seen: seen.vitals.pulse.sizes,
    ),
    "withus_write_seconds": Figure(
        HISTOGRAM, "How long one transaction took, from its begin to its commit: the turns, and the database's writing.", (),
        lambda seen: seen.vitals.pulse.seconds,
    ),
    "withus_oldest_waiting_seconds": Figure(
        GAUGE, "How long the oldest update that came in has waited to be kept.", (),
        lambda seen: _one(seen.vitals.pulse.oldest()),
    ),
    "withus_unwritten_seconds": Figure(
        GAUGE, "Seconds since something could last be written to the database; something is, every 15 seconds.", (),
        lambda seen: _one(seen.vitals.unwritten()),
    ),
    "withus_receives": Figure(
        GAUGE, "1 when news comes in at this process, 0 when another one polls.", (), lambda seen: _one(seen.vitals.receives),
    ),
    "withus_receive_silence_seconds": Figure(
        GAUGE, "Seconds since Telegram was last heard, by the door that news comes in by. A poll that brings nothing counts.",
        ("door",), lambda seen: {(seen.vitals.settings.receive,): seen.vitals.silence()} if seen.vitals.receives else {},
    ),
    "withus_telegram_pending_updates": Figure(
        GAUGE, "Updates that wait at Telegram, as it last said.", (), lambda seen: _one(seen.vitals.pending()),
    ),
    "withus_telegram_calls_total": Figure(
        COUNTER, "Calls to Telegram by method, and what became of them: an HTTP status, 'not sent', or 'unknown'. 429 is 'wait'.",
        ("method", "outcome"), _calls,
    ),
    "withus_letters_total": Figure(
        COUNTER, "Messages by lane and what became of them: sent, failed (and why), unknown, pending (given back unsent).",
        ("lane", "state", "reason"), lambda seen: seen.vitals.pulse.letters,
    ),
    "withus_outbox_letters": Figure(
        GAUGE, "Messages that wait to be sent, or are on their way, by lane.", ("lane",),
        lambda seen: {(lane,): count for lane, count in seen.figures.waiting.items()} if seen.figures else {},
    ),
    "withus_outbox_lag_seconds": Figure(
        GAUGE, "How long the oldest message that may go out has waited, by lane.", ("lane",), _lag,
    ),
    "withus_letters_unknown": Figure(
        GAUGE, "Messages that may or may not have arrived. The bot does not send them again by itself.", (),
        _of_database(lambda figures: figures.unknown),
    ),
    "withus_failures_total": Figure(
        COUNTER, "Updates that could not be dealt with: whoever sent one heard an apology.", (),
        lambda seen: _one(seen.vitals.pulse.failed),
    ),
    "withus_failures_kept": Figure(
        GAUGE, "Updates that could not be dealt with, kept sealed for 7 days.", (),
        _of_database(lambda figures: figures.failures),
    ),
    "withus_pace_messages_per_second": Figure(
        GAUGE, "How fast the bot sends what it starts itself just now; Telegram's refusals slow it.", (),
        lambda seen: _one(seen.vitals.pacer.pace),
    ),
    "withus_pace_budget_messages_per_second": Figure(
        GAUGE, "The most it may: telegram.messages_per_second.", (), lambda seen: _one(seen.vitals.pacer.budget),
    ),
    "withus_paused": Figure(
        GAUGE, "1 while what the bot starts by itself is held (`withus pause`, or after a restore).", (),
        _of_database(lambda figures: figures.held > 0),
    ),
    "withus_backup_age_seconds": Figure(
        GAUGE, "Seconds since the last backup; absent when none was ever made.", (), _backup_age,
    ),
    "withus_clock_doubt": Figure(
        GAUGE, "1 while this computer's clock and Telegram's disagree.", (),
        lambda seen: _one(bool(seen.vitals.base.clock.doubt)),
    ),
    "withus_database_answers": Figure(
        GAUGE, "1 when the database told its figures, 0 when it did not.", (), lambda seen: _one(seen.figures is not None),
    ),
    "withus_tasks": Figure(
        GAUGE, "Pieces of work under way in the program's loop.", (), lambda _seen: _one(len(asyncio.all_tasks())),
    ),
    "withus_threads": Figure(GAUGE, "Threads of the program.", (), lambda _seen: _one(threading.active_count())),
    "withus_build_info": Figure(
        GAUGE, "1, with the versions of the program, its database schema, Python and SQLite.",
        ("version", "schema", "python", "sqlite"), _build,
    ),
}  # fmt: skip
"""Every figure by its name. Beside them stand those of the process, by prometheus-client: memory, processor, open files."""
