"""The survey as the people in it know it: questions by their words, options by their labels."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).parent / "content"
SURVEY = "benchmark-survey"


@dataclass(frozen=True, slots=True)
class Question:
    """One step of the survey; `options` maps an option's label to its id."""

    id: str
    kind: str
    ask: str
    options: dict[str, str]

    def option(self, label: str) -> str | None:
        """Name the option that a button stands for, whatever number or tick precedes its label."""
        return next((id_ for words, id_ in self.options.items() if words in label), None)


@dataclass(frozen=True, slots=True)
class Survey:
    """The questions in order."""

    questions: tuple[Question, ...]

    def asked_by(self, text: str) -> Question | None:
        """Find the question whose words a message contains."""
        return next((question for question in self.questions if question.ask in text), None)


def read_survey() -> Survey:
    """Read the survey file."""
    data = tomllib.loads((CONTENT / f"{SURVEY}.toml").read_text(encoding="utf-8"))
    return Survey(tuple(_question(step) for step in data["steps"]))


def _question(step: dict[str, Any]) -> Question:
    options = {option["label"]["en"]: option["id"] for option in step.get("options", ())}
    return Question(step["id"], step["kind"], step["ask"]["en"], options)
