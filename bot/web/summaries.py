"""A picture to send to everyone who answered: what we heard in three lines, and one chart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.isolates import runs_right_to_left
from bot.web import charts
from bot.web.charts import WIDTH, Chart, Words
from conversations.text import clean

MOST, LONGEST = 3, 120
"""Lines, and letters of each."""

_GAP, _LINE, _LETTER = 14, 20, 16


def suggest(told: Mapping[str, Any]) -> list[str]:
    """What most people said, question by question, as far as figures may be shown."""
    found = [line for step in told["steps"] if (line := _say(step))]
    return found[:MOST]


def _say(step: Mapping[str, Any]) -> str:
    counted = [option for option in step["options"] if str(option["count"]).isdecimal() and int(option["count"])]
    if not counted or step["kind"] not in SAID:
        return ""
    most = max(counted, key=lambda option: int(option["count"]))
    many = f"{most['percent']} in 100" if most["percent"] is not None else f"About {most['count']}"
    return clean(f"{many} {SAID[step['kind']]}: {most['label']}")[:LONGEST]


def draw(title: str, findings: Sequence[str], step: Mapping[str, Any] | None) -> Chart:
    """The picture; its `says` is the text for whoever does not see it."""
    lines = [line for line in (" ".join(clean(words).split())[:LONGEST] for words in findings[:MOST]) if line]
    words, at = _stack([title], 0, "title")
    for line in lines:
        more, at = _stack([line], at + _GAP, "label")
        words += more
    says = " ".join(line if line.endswith((".", "!", "?")) else f"{line}." for line in lines)
    chart = charts.draw(step) if step else None
    if chart is None:
        return Chart(title, says, at, tuple(words), ())
    down = at + 2 * _GAP
    return Chart(
        title,
        f"{says} {chart.title} {chart.says}",
        round(chart.height + down, 2),
        (*words, *(replace(word, y=round(word.y + down, 2)) for word in chart.words)),
        (charts.Box(0, at + _GAP, WIDTH, 1, "line"), *(replace(box, y=round(box.y + down, 2)) for box in chart.boxes)),
    )


def _stack(lines: Iterable[str], top: float, look: str) -> tuple[list[Words], float]:
    """Words under each other from `top`, and where they end."""
    found: list[Words] = []
    for line in lines:
        mirrored = runs_right_to_left(line)
        for part in charts.wrap(line, WIDTH, bold=look == "title"):
            place, anchor = (WIDTH, "end") if mirrored else (0, "start")
            found.append(Words(part, place, top + _LETTER, anchor, look))
            top += _LINE
    return found, top


SAID = {
    "choice": "said",
    "choices": "picked",
    "yes-no": "said",
    "agree": "said",
    "scale": "said",
    "rank": "put first",
}
"""Kind of question -> what people did who picked an option."""
