"""Makes the documents for authors: prose from `written/`, tables from the code, and what `check` says of each example.

In the prose, `<!-- name … -->` is filled in by `SECTIONS[name]` with what stands inside. A block of ```toml is an example
without fault, ```toml bad is followed by what `check` says of it, and ```answers turns what people type, a line each,
into what becomes of it under the last example.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bot import speech
from conversations import approval, checking, shapes
from conversations.care.examples import whole
from conversations.care.rules import RULES
from conversations.conditions import COMPARISONS, PERSON_FACTS
from conversations.flow import Flow, build
from conversations.problems import Problem, quote
from conversations.questions import KINDS, Misread
from conversations.shapes import Key
from conversations.text import choose
from tests.conversations.wrong_files import CASES, GOOD, LONG
from tests.house import tree

WRITTEN = Path(__file__).parent / "written"
DOCS = tree.ROOT / "docs"
TODAY = dt.date(2027, 2, 26)

FENCE = re.compile(r"^```(\w+)(?: (\w+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECTION = re.compile(r"^<!-- (\w+)\b(.*?)-->$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(##+) (.+)$", re.MULTILINE)


def make(name: str) -> str:
    """One document, whole."""
    prose = (WRITTEN / name).read_text("utf-8")
    title, _, rest = prose.partition("\n")
    filled = SECTION.sub(lambda found: SECTIONS[found[1]](found[2].strip()), rest)
    body = _contents_in(_examples_in(filled))
    source = (WRITTEN / name).relative_to(tree.ROOT).as_posix()
    note = f"<!-- Made from {source} and the code, by WITHUS_DOCS=1 python3 -m tests -k documents. Change it there. -->"
    return f"{title}\n\n{note}\n{body.rstrip()}\n"


# --- Examples


def examples(name: str) -> Iterator[tuple[str, bool, int]]:
    """The examples of a document: each as a whole file, whether it is a good one, and the line it stands on."""
    prose = (WRITTEN / name).read_text("utf-8")
    for found in FENCE.finditer(prose):
        if found[1] == "toml":
            yield as_file(found[3]), found[2] != "bad", prose.count("\n", 0, found.start()) + 1


def as_file(piece: str) -> str:
    """A whole engagement file of an example: a piece is set into one without fault."""
    return piece if re.search(r"^format\b", piece, re.MULTILINE) else whole(piece)


def review(text: str) -> list[Problem]:
    """What `check` says of an example; who has approved its words does not matter here."""
    return [problem for problem in checking.review(text, "example.toml") if problem.rule != approval.RULE]


def _examples_in(prose: str) -> str:
    last = ""

    def render(found: re.Match[str]) -> str:
        nonlocal last
        language, sort, inside = found[1], found[2], found[3]
        if language == "answers":
            return _answers(last, inside)
        if language != "toml":
            return found[0]
        last = inside
        return f"```toml\n{inside}```" + (f"\n\n{_findings(inside)}" if sort == "bad" else "")

    return FENCE.sub(render, prose)


def _findings(piece: str) -> str:
    said = "\n".join(map(_finding, review(as_file(piece))))
    return f"```text\n{said}\n```"


def _finding(problem: Problem) -> str:
    return f"{problem.level}: {problem.what}; {problem.do}"


def _answers(piece: str, typed: str) -> str:
    """What becomes of what people type under the last question of an example."""
    flow = flow_of(piece)
    step = next(step for step in reversed(flow.steps) if step.asks and not step.other_of)
    rows = ["| someone types | what becomes of it |", "| --- | --- |"]
    for words in typed.splitlines():
        read = KINDS[step.kind].read(step, step.options, words, TODAY)
        if isinstance(read, Misread):
            became = f"asked again: *{speech.phrase(read.why, 'en')}*"
        else:
            labels = {option.id: choose(option.label, "en") for option in step.options}
            became = ", ".join(f"{labels.get(one, '')} `{one}`".strip() for one in read.chosen) or "kept as it is"
        rows.append(f"| {words} | {became} |")
    return "\n".join(rows)


def flow_of(piece: str) -> Flow:
    """The flow of an example, with all its words as if somebody had approved them."""
    table = tomllib.loads(as_file(piece))
    own = approval.source_language(table)
    table["approved"] = {
        tag: {
            "texts": {
                words.name: approval.fingerprint(words.text.get(own, ""), words.text[tag])
                for words in approval.texts(table)
                if tag in words.text
            }
        }
        for words in approval.texts(table)
        for tag in words.text
        if tag != own
    }
    return build(table, "example")


# --- Tables


def _entries(inside: str) -> dict[str, str]:
    """`name: what it means`, a line each."""
    return {name.strip(): said.strip() for name, _, said in (line.partition(":") for line in inside.splitlines() if line.strip())}


def _paired(names: Mapping[str, object] | tuple[str, ...], inside: str) -> dict[str, str]:
    """What is written of each of the names; raises LookupError unless it is these, no more and no fewer."""
    said = _entries(inside)
    if said.keys() != set(names):
        raise LookupError(f"written of {sorted(said.keys() - set(names))}, not written of {sorted(set(names) - said.keys())}")
    return said


def _keys(inside: str) -> str:
    """The keys of one table of a file: the first line names it."""
    name, _, rest = inside.partition("\n")
    known = KEYS[name.strip()]
    said = _paired(known, rest)
    rows = ["| key | | write | what it is |", "| --- | --- | --- | --- |"]
    rows += [f"| `{key}` | {'needed' if rule.needed else ''} | {_code(rule.write)} | {said[key]} |" for key, rule in known.items()]
    return "\n".join(rows)


def _code(words: str) -> str:
    """How a key is written: code, when it is nothing else."""
    return f"`{words}`" if "=" in words else words


def _kinds(inside: str) -> str:
    """All kinds in a table."""
    said = _paired(KINDS, inside)
    rows = ["| kind | what it is | its own keys |", "| --- | --- | --- |"]
    for name, kind in KINDS.items():
        own = [*(f"**`{key}`**" for key in kind.needs), *(f"`{key}`" for key in kind.takes)]
        rows.append(f"| [`{name}`](#{name}) | {said[name]} | {', '.join(own)} |")
    return "\n".join(rows)


def _kind(name: str) -> str:
    """The heading of one kind, and what the code knows of it."""
    kind = KINDS[name]
    compared = f"A `when` may ask of it: {', '.join(f'`{how}`' for how in kind.compares)}." if kind.asks else ""
    return f"### {name}\n\n{compared}".rstrip()


def _comparisons(inside: str) -> str:
    said = _paired((*COMPARISONS, "all", "any", "not"), inside)
    rows = ["| write | it is met when | for kinds |", "| --- | --- | --- |"]
    for how, words in said.items():
        example, _, meaning = words.partition(" = ")
        kinds = ", ".join(name for name, kind in KINDS.items() if how in kind.compares and kind.asks)
        rows.append(f"| {example} | {meaning} | {kinds or 'around others'} |")
    return "\n".join(rows)


def _facts(inside: str) -> str:
    return "\n".join(f"- `person.{name}`: {said}" for name, said in _paired(PERSON_FACTS, inside).items())


def _rules(_inside: str) -> str:
    """Every rule of care, with what it says of its bad example."""
    parts = []
    for name, rule in RULES.items():
        said = "\n".join(_finding(problem) for problem in review(whole(rule.bad)) if problem.rule == name)
        parts.append(
            f"### {name}\n\n*{rule.level.capitalize()}.* {rule.says}\n\nNot this:\n\n```toml\n{rule.bad.strip()}\n```\n\n"
            f"```text\n{said}\n```\n\nBut this:\n\n```toml\n{rule.good.strip()}\n```"
        )
    return "\n\n".join(parts)


def _faults(_inside: str) -> str:
    """What `check` says of each file in `wrong_files` that a line can show."""
    rows = ["| in the file | what `check` says |", "| --- | --- |"]
    for old, new, _, *rest in CASES:
        text = GOOD.replace(old, new)
        if len(rest) > 1:
            text = text.replace("optional = true", str(rest[1]))
        shown = next((line for line in text.splitlines() if "#!" in line), "").replace("#!", "").strip(" ,")
        if shown and LONG[:20] not in shown:
            [problem, *_] = checking.check(text, "")
            rows.append(f"| `{shown}` | {_cell(f'{problem.what}; {problem.do}')} |")
    return "\n".join(dict.fromkeys(rows))


def _cell(words: str) -> str:
    return re.sub(r"[|<>{}*_]", lambda found: f"\\{found[0]}", words)


def _contents_in(page: str) -> str:
    """The page with a list of its second headings where it asks for one."""
    outside = FENCE.sub("", page)
    listed = "\n".join(f"- [{found[2]}](#{_anchor(found[2])})" for found in HEADING.finditer(outside) if found[1] == "##")
    return page.replace(CONTENTS, listed)


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


CONTENTS = "(contents)"

KEYS: dict[str, Mapping[str, Key]] = {
    "engagement": shapes.ENGAGEMENT,
    "charter": shapes.CHARTER,
    "step": shapes.STEP,
    "option": shapes.OPTION,
    "picture": shapes.PICTURE,
    "approved": shapes.APPROVED,
    "override": shapes.OVERRIDE,
}

SECTIONS: dict[str, Callable[[str], str]] = {
    "contents": lambda _inside: CONTENTS,
    "keys": _keys,
    "kinds": _kinds,
    "kind": _kind,
    "comparisons": _comparisons,
    "facts": _facts,
    "rules": _rules,
    "faults": _faults,
}
"""What can stand in a comment of the prose -> what is put in its place."""
