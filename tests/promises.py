"""The promise table: what this run showed, on which database, with its failing control."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
PROPERTY = "promise"
"""Under this name a test's report carries `(promise id, database or "", is a control)` from the worker to the table."""


@dataclass(frozen=True)
class Promise:
    """What we promise.

    `control`: a broken variant must be caught too; `stored`: it must hold on each database apart; `nightly`: only `--long`
    shows it.
    """

    title: str
    control: bool = True
    stored: bool = True
    nightly: bool = False


@dataclass(frozen=True)
class Claim:
    """One test of a promise, or one control, on one database or, with an empty string, on none."""

    promise: str
    database: str
    control: bool


@dataclass
class Tally:
    """A pytest plugin that remembers how every test ended; with xdist it sits in the process that hears all workers."""

    outcomes: dict[str, str] = field(default_factory=dict)
    claims: dict[str, list[Claim]] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the worst of set-up, call and tear-down."""
        if report.when == "call" or report.outcome != "passed":
            worst = max(report.outcome, self.outcomes.get(report.nodeid, "passed"), key=SEVERITY.index)
            self.outcomes[report.nodeid] = worst
        if report.skipped:
            self.skipped[_reason(report)] += 1
        self.claims[report.nodeid] = [Claim(*value) for name, value in report.user_properties if name == PROPERTY]  # type: ignore[misc]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be read is a failure, or none of its tests would be missed."""
        if report.outcome != "passed":
            self.outcomes[report.nodeid or str(report.longrepr)] = report.outcome
            if report.skipped:
                self.skipped[_reason(report)] += 1

    def count(self, outcome: str) -> int:
        return list(self.outcomes.values()).count(outcome)

    def status(self, promise: str, database: str) -> str:
        """One cell of the table."""
        ended = {False: list[str](), True: list[str]()}
        on_this_database = False
        for test, claims in self.claims.items():
            for claim in claims:
                if claim.promise == promise and claim.database in {"", database}:
                    ended[claim.control].append(self.outcomes.get(test, "skipped"))
                    on_this_database |= claim.database == database and not claim.control
        if "failed" in ended[False] + ended[True]:
            return "✗"
        known = PROMISES[promise]
        if not ended[False] or (known.stored and not on_this_database) or "skipped" in ended[False] + ended[True]:
            return "not run"
        return "no control" if known.control and not ended[True] else "✓"

    def table(self, *, whole: bool) -> Iterator[str]:
        """Lines to print. When only a part of the tests ran, no cell may claim more than that part."""
        yield f"{'':5}{'SQLite':12}{'PostgreSQL':12}what we promise"
        tested = {claim.promise for claims in self.claims.values() for claim in claims}
        for name, promise in PROMISES.items():
            untested = "with --long" if promise.nightly else "not built yet"
            cells = [self.status(name, database) for database in DATABASES] if name in tested else [untested]
            if not whole:
                cells = ["partly" if cell == "✓" else cell for cell in cells]
            yield f"{name:5}{''.join(f'{cell:12}' for cell in cells):24}{promise.title}"

    def account(self) -> Iterator[str]:
        """Each promise with the tests that show it, and below them the broken versions that these tests caught."""
        for name, promise in PROMISES.items():
            ended: dict[tuple[bool, str], dict[str, str]] = {}
            for test, claims in sorted(self.claims.items()):
                for claim in claims:
                    if claim.promise == name:
                        where = ended.setdefault((claim.control, _sentence(test)), {})
                        shown, now = DATABASES.get(claim.database, ""), self.outcomes.get(test, "skipped")
                        where[shown] = max(where.get(shown, "passed"), now, key=SEVERITY.index)
            if ended:
                yield f"\n{name}  {promise.title}"
            for (control, sentence), cells in sorted(ended.items()):
                marks = " ".join(f"{MARKS[outcome]} {database}".rstrip() for database, outcome in cells.items())
                yield f"   {'broken on purpose' if control else 'holds':17}  {sentence}  [{marks}]"


def _sentence(test: str) -> str:
    """A test's name as the sentence it is."""
    return test.partition("[")[0].rpartition("::")[2].removeprefix("test_").replace("_", " ")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    return getattr(report, "wasxfail", "") or "no reason given"


SEVERITY = ["passed", "skipped", "failed"]
MARKS = {"passed": "✓", "skipped": "not run", "failed": "✗"}

PROMISES = {
    "P1": Promise("No update we took is lost or done twice, whenever the process dies"),
    "P2": Promise("Updates that come twice, late or under new numbers change nothing"),
    "P3": Promise("A broadcast reaches each person once; what a crash leaves unsure is listed by name"),
    "P4": Promise("What the bot starts is never silently sent again after a lost answer"),
    "P5": Promise("Telegram's limits slow us and never break us; people talking to us come first", stored=False),
    "P6": Promise("Pause, resume, cancel and edit act on a running broadcast at once"),
    "P7": Promise("Never more people than places, and no place left free while somebody waits"),
    "P8": Promise("One current answer a person; figures equal answers; closing time is exact"),
    "P9": Promise("A follow-up comes once, at the right local time, never in quiet hours"),
    "P10": Promise("A clock that jumps causes neither a flood nor a standstill"),
    "P11": Promise("A restored or copied database sends nothing until somebody says so"),
    "P12": Promise("One process for a SQLite file, one listener for a token"),
    "P13": Promise("A full disk stops writing cleanly, and work goes on once there is room"),
    "P14": Promise("A locked or lost database loses nothing, and staff are told"),
    "P15": Promise("A broken file never starts half a bot, and says what to mend", stored=False),
    "P16": Promise("Hostile text is only text", stored=False),
    "P17": Promise("An export cannot run anything on the machine that opens it", stored=False),
    "P18": Promise("A button cannot be forged, used by somebody else, or outlive its meaning", stored=False),
    "P19": Promise("Only the right staff can do what staff do; the webhook needs its secret", stored=False),
    "P20": Promise("A backup becomes a working bot on another machine"),
    "P21": Promise("Every released version can be upgraded, data and all"),
    "P22": Promise("Asked to stop, it finishes what it holds and is gone within ten seconds"),
    "P23": Promise("It can run for months without growing", nightly=True),
    "P24": Promise("Somebody who wants to be forgotten is nowhere to be found afterwards"),
    "P25": Promise("Our local Telegram behaves like the real one", stored=False),
}
