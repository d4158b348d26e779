"""The ways in which the bot is measured, and what we want of each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on one figure, from above or from below."""

    bound: float
    at_least: bool = False

    def met_by(self, value: float) -> bool:
        """Tell whether a value keeps to the bound."""
        return value >= self.bound if self.at_least else value <= self.bound


@dataclass(frozen=True, slots=True)
class Mode:
    """One way of measuring. `late` is the API's latency in seconds; `share` the part of the people who come."""

    title: str
    goals: dict[str, Goal]
    receive: str = "polling"
    late: float = 0.0
    alone: bool = False
    share: float = 1.0
    postgres: bool = False


MEMORY = Goal(140)

MODES = {
    "polling": Mode(
        "by polling",
        {"taps": Goal(2000, at_least=True), "p99": Goal(200), "cpu": Goal(450), "memory": MEMORY},
    ),
    "webhook": Mode(
        "by webhook, 100 connections",
        {"taps": Goal(1500, at_least=True), "cpu": Goal(600), "memory": MEMORY},
        receive="webhook",
    ),
    "distance": Mode(
        "by polling, each call to the API takes 40 ms",
        {"taps": Goal(1000, at_least=True), "memory": MEMORY},
        late=0.040,
        share=0.6,
    ),
    "alone": Mode("by polling, one person alone", {"p50": Goal(12), "memory": MEMORY}, alone=True, share=0.03),
    "postgres": Mode(
        "by polling, on PostgreSQL",
        {"taps": Goal(1000, at_least=True), "memory": MEMORY},
        share=0.6,
        postgres=True,
    ),
}
