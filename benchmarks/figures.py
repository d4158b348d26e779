"""From what was watched during a run to its figures."""

from dataclasses import dataclass
from time import perf_counter, process_time

from benchmarks.api import Api
from benchmarks.people import Crowd
from benchmarks.readings import Usage, read_seconds_of, read_usage
from benchmarks.updates import Tap

MILLION = 1e6
THOUSAND = 1e3


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that counts up, at one moment; `load` is this process's own processor time in seconds."""

    at: float
    bot: Usage
    load: float
    postgres: float
    calls: int
    fetches: int
    fetched: int
    received: int


class Watch:
    """Watches the bot while a crowd uses it: from when the warm-up is over to when the last person has come."""

    def __init__(self, api: Api, crowd: Crowd, process: int, warm_up: int) -> None:
        self._api, self._crowd, self._process, self._warm_up = api, crowd, process, warm_up
        self.replies = 0
        self._taps: list[Tap] = []
        self._begin: Reading | None = None
        self._end: Reading | None = None
        crowd.replied = self._count
        crowd.changed = self._look

    def _count(self, tap: Tap) -> None:
        self.replies += 1
        if self._begin is not None and self._end is None:
            self._taps.append(tap)

    def _look(self) -> None:
        if self._begin is None and self._crowd.finished == self._warm_up:
            self._begin = self._read()
        elif self._end is None and self._crowd.everyone_came():
            self._end = self._read()

    def _read(self) -> Reading:
        api = self._api
        calls = api.calls.total() - api.calls["getUpdates"]
        usage, postgres = read_usage(self._process), read_seconds_of("postgres")
        return Reading(perf_counter(), usage, process_time(), postgres, calls, api.fetches, api.fetched, api.received)

    def figures(self, peak: float) -> dict[str, float]:
        """Work out the figures, by the names of report.FIGURES; `peak` is the bot's peak memory in MB."""
        begin, end = self._begin, self._end
        assert begin is not None
        assert end is not None
        count, seconds = len(self._taps), end.at - begin.at
        cpu = end.bot.user + end.bot.system - begin.bot.user - begin.bot.system
        main = end.bot.main_thread - begin.bot.main_thread
        return {
            "taps": count / seconds,
            **_waits(self._taps),
            "cpu": cpu / count * MILLION,
            "user": (end.bot.user - begin.bot.user) / count * MILLION,
            "system": (end.bot.system - begin.bot.system) / count * MILLION,
            "main": main / count * MILLION,
            "others": (cpu - main) / count * MILLION,
            "core": cpu / seconds * 100,
            "load": (end.load - begin.load) / count * MILLION,
            "load_core": (end.load - begin.load) / seconds * 100,
            "postgres": (end.postgres - begin.postgres) / count * MILLION,
            "calls": (end.calls - begin.calls) / count,
            "batch": (end.fetched - begin.fetched) / max(end.fetches - begin.fetches, 1),
            "refused": self._api.refused(),
            "received": (end.received - begin.received) / count,
            "written": (end.bot.written - begin.bot.written) / count / THOUSAND,
            "switches": (end.bot.switches - begin.bot.switches) / count,
            "memory": peak,
        }


def _waits(taps: list[Tap]) -> dict[str, float]:
    whole = sorted((tap.replied - tap.ready) * THOUSAND for tap in taps)
    untaken = sorted((tap.taken - tap.ready) * THOUSAND for tap in taps)
    inside = sorted((tap.replied - tap.taken) * THOUSAND for tap in taps)
    return {
        "p50": _percentile(whole, 50),
        "p99": _percentile(whole, 99),
        "slowest": whole[-1],
        "untaken": _percentile(untaken, 50),
        "inside": _percentile(inside, 50),
    }


def _percentile(ordered: list[float], percent: int) -> float:
    return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]
