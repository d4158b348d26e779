"""Tables of the documents: what the code knows, beside what is written of it; what is written of nothing is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import ceil
from typing import get_args

from bot import content, pictures
from bot.access import ROLE_NAMES, ROLES, Permission
from bot.xlsform import workbook
from bot.xlsform.answers import INSTEAD, SELECTS, TYPES
from bot.xlsform.steps import LEFT_COLUMNS
from conversations import asking, checking, faces, flow, library, questions, walks
from conversations.checking import bounds, shapes, wiring, wording
from conversations.checking.care import length
from conversations.checking.care.examples import whole
from conversations.checking.care.instruments import INSTRUMENTS
from conversations.checking.care.rules import RULES
from conversations.checking.shapes import Key
from conversations.conditions import COMPARISONS, PERSON_FACTS
from conversations.questions import KINDS
from conversations.text import choose
from storage.broadcasting.audiences import REASONS
from tests.conversations.wrong_files import CASES, GOOD, LONG
from tests.documents.examples import finding, review
from tests.documents.shown import shown


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
    rows += [
        f"| `{key}` | {'needed' if rule.needed else ''} | {_code(rule.write)} | {said[key]} |" for key, rule in known.items()
    ]
    return "\n".join(rows)


def _code(words: str) -> str:
    """How a key is written: code, and a remark behind it."""
    found = re.fullmatch(r'(.*? = .*?)(, (?:"|a |what |or ).*)?', words)
    return f"`{found[1]}`{found[2] or ''}" if found else words


def _kinds(inside: str) -> str:
    """All kinds in a table."""
    said = _paired(KINDS, inside)
    rows = ["| kind | what it is | its own keys |", "| --- | --- | --- |"]
    for name, kind in KINDS.items():
        own = [*(f"**`{key}`**" for key in kind.needs), *(f"`{key}`" for key in kind.takes)]
        rows.append(f"| [`{name}`](gallery.md#{name}) | {said[name]} | {', '.join(own)} |")
    return "\n".join(rows)


def _kind(name: str) -> str:
    """The heading of one kind, and what the code knows of it."""
    kind = KINDS[name]
    compared = f"In a `when`: {', '.join(f'`{how}`' for how in kind.compares)}.\n\n" if kind.asks else ""
    return f"## {name}\n\n{compared}".rstrip() + "\n"


def _comparisons(inside: str) -> str:
    said = _paired((*COMPARISONS, "all", "any", "not"), inside)
    rows = ["| write | it is met when | for kinds |", "| --- | --- | --- |"]
    for how, words in said.items():
        example, _, meaning = words.partition(" -> ")
        kinds = ", ".join(name for name, kind in KINDS.items() if how in kind.compares and kind.asks)
        rows.append(f"| {example} | {meaning} | {kinds or 'around others'} |")
    return "\n".join(rows)


def _facts(inside: str) -> str:
    return "\n".join(f"- `person.{name}`: {said}" for name, said in _paired(PERSON_FACTS, inside).items())


def _rules(_inside: str) -> str:
    """Every rule of care, with what it says of its bad example."""
    parts = []
    for name, rule in RULES.items():
        said = "\n".join(finding(problem) for problem in review(whole(rule.bad)) if problem.rule == name)
        parts.append(
            f"### {name}\n\n*{rule.level.capitalize()}.* {rule.says}\n\nNot this:\n\n```toml\n{rule.bad.strip()}\n```\n\n"
            f"```text\n{said}\n```\n\nBut this:\n\n```toml\n{rule.good.strip()}\n```"
        )
    return "\n\n".join(parts)


def _faults(_inside: str) -> str:
    """What `check` says of each file in `wrong_files` that a line can show."""
    rows = ["| in the file | what `check` says |", "| --- | --- |"]
    for old, new, _, *rest in CASES:
        text = GOOD.replace(str(old), str(new))
        if len(rest) > 1:
            text = text.replace("optional = true", str(rest[1]))
        shown = next((line for line in text.splitlines() if "#!" in line), "").replace("#!", "").strip(" ,")
        if shown and LONG[:20] not in shown:
            [problem, *_] = checking.check(text, "")
            rows.append(f"| `{shown}` | {_cell(f'{problem.what}; {problem.do}')} |")
    return f"```toml\n{GOOD}```\n\n" + "\n".join(dict.fromkeys(rows))


def _cell(words: str) -> str:
    """Words in a table, so that nothing but what stands in backticks is marked up."""
    plain, *rest = words.split("`", 1)
    code, _, after = rest[0].partition("`") if rest else ("", "", "")
    marked = re.sub(r"[|<>{}*_]", lambda found: f"\\{found[0]}", plain)
    return f"{marked}`{code}`{_cell(after)}" if rest else marked


def _workbook(inside: str) -> str:
    """The types of a workbook, as they are grouped in the prose."""
    said = _entries(inside)
    named = {name for names in said for name in names.split(", ")}
    if named != {*TYPES, *SELECTS}:
        raise LookupError(f"types written of and not, or known and not: {named ^ {*TYPES, *SELECTS}}")
    return "\n".join(f"| {', '.join(f'`{name}`' for name in names.split(', '))} | {words} |" for names, words in said.items())


def _instead(_inside: str) -> str:
    """Types and columns of a workbook that stay behind."""
    rows = ["| in the workbook | what to do |", "| --- | --- |"]
    advice: dict[str, list[str]] = {}
    for name, todo in INSTEAD.items():
        advice.setdefault(todo, []).append(f"`{name}`")
    rows += [f"| {', '.join(names)} | {todo} |" for todo, names in advice.items()]
    return "\n".join([*rows, *(f"| {what} | {todo} |" for what, todo in LEFT_COLUMNS.values())])


def _limits(_inside: str) -> str:
    return "\n".join(f"| {what} | {most} |" for what, most in LIMITS.items())


def _instruments(_inside: str) -> str:
    """Others' questions: those that may be asked, then those that may not."""
    words = {True: "may be changed", False: "stay as they are"}
    rows = ["| `instrument` | whose question | its words |", "| --- | --- | --- |"]
    asked = (one for one in INSTRUMENTS.values() if not one.forbidden)
    rows += [f"| `{one.id}` | [{one.name}]({one.source}) | {words[one.may_edit]} |" for one in asked]
    rows += ["", "Not to be asked here:", ""]
    return "\n".join([*rows, *(f"- {one.name}: {one.forbidden}." for one in INSTRUMENTS.values() if one.forbidden)])


def _library(_inside: str) -> str:
    """The engagements that ship: file, title, whom they are for, and how long they are at most."""
    rows = ["| file | title | for | answers | questions | minutes |", "| --- | --- | --- | --- | --- | --- |"]
    for name, source in library.SHIPPED.items():
        one = flow.read(source)
        most = walks.measure(one)
        told = (choose(one.title, "en"), one.audience, one.identity, most.questions_most, ceil(most.seconds_most / 60))
        rows.append(f"| `{name}` | {' | '.join(map(str, told))} |")
    return "\n".join(rows)


def _may(inside: str) -> str:
    """Every permission, and which role has it."""
    said = _paired(get_args(Permission), inside)
    rows = [f"| may | {' | '.join(ROLES)} |", f"| --- |{' :-: |' * len(ROLES)}"]
    for name, words in said.items():
        rows.append(f"| {words} | {' | '.join('✓' if name in held else '' for held in ROLES.values())} |")
    return "\n".join([*(f"- `{role}`: {words}" for role, words in ROLE_NAMES.items()), "", *rows])


def _leftout(inside: str) -> str:
    """Why somebody in an audience does not get a message."""
    rows = [f"| {REASONS[why].label} | {words} |" for why, words in _paired(REASONS, inside).items()]
    return "\n".join(["| who | and then |", "| --- | --- |", *rows])


KEYS: dict[str, Mapping[str, Key]] = {
    "engagement": shapes.ENGAGEMENT,
    "charter": shapes.CHARTER,
    "event": shapes.EVENT,
    "of-kind": shapes.KIND,
    "reading": shapes.READING,
    "step": shapes.STEP,
    "option": shapes.OPTION,
    "picture": shapes.PICTURE,
    "approved": shapes.APPROVED,
    "override": shapes.OVERRIDE,
}

LIMITS = {
    "an engagement file": f"{content.LARGEST >> 20} MB",
    "a picture": f"{pictures.LARGEST // 1000} KB, PNG or JPEG",
    "an id": f"{shapes.LONGEST_ID} characters",
    "options of one question": f"{wiring.MOST_OPTIONS}, in pages of {asking.PAGE} when there are more than {faces.AT_ONCE}",
    "the words of an option, or a title": f"{wording.LONGEST_LABEL} characters",
    "a message, with all that stands around the words": f"{wording.LONGEST_MESSAGE:,} characters",
    "values of a scale": f"{bounds.LONGEST_SCALE}",
    "numbers in bounds": f"up to {shapes.LARGEST:,}",
    "an answer in words": f"{questions.LONGEST_TEXT:,} characters, one message",
    "questions of a quick poll": f"{length.MOST_IN_A_POLL}",
    "a workbook": f"{workbook.MOST_ROWS:,} rows a sheet, {workbook.MOST_COLUMNS} columns, {workbook.LARGEST >> 20} MB",
}

SECTIONS: dict[str, Callable[[str], str]] = {
    "keys": _keys,
    "kinds": _kinds,
    "kind": _kind,
    "comparisons": _comparisons,
    "facts": _facts,
    "rules": _rules,
    "faults": _faults,
    "workbook": _workbook,
    "instead": _instead,
    "limits": _limits,
    "library": _library,
    "instruments": _instruments,
    "may": _may,
    "leftout": _leftout,
    "shown": shown,
}
"""What can stand in a comment of the prose -> what is put in its place."""
