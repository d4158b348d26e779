"""Words as translators see them, and back into the TOML they came from, with who approved them."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import tomlkit
from babel import Locale

from bot import tongues
from bot.wordsheet import Row
from conversations import approval
from conversations.checking.places import Path
from conversations.phrases import APPROVED, DRAFTS, READ_ONLY
from conversations.text import FALLBACK, GAP, MOST_NUMBERS, Counted


class NotWrittenError(Exception):
    """The file stays as it is; the message says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One text: its name in the table, where people see it, its source, its words so far, where both stand in the file."""

    name: str
    where: str
    source: str
    words: str
    path: Path  # without the language
    draft: bool = False  # the words come with the program and stand in no file yet


@dataclass(frozen=True, slots=True)
class Book:
    """The texts of one file in one language; `given` is the approval it holds for that language."""

    language: str
    entries: Sequence[Entry]
    given: Mapping[str, Any]
    one_language: bool = False  # a file of phrases holds one language only

    def approves(self, entry: Entry) -> bool:
        """Whether the words stand approved as they are."""
        given = self.given.get("texts", {}).get(entry.name)
        return bool(entry.words) and given == approval.fingerprint(entry.source, entry.words)

    def place(self, entry: Entry) -> Path:
        """Where the words of an entry go."""
        return entry.path if self.one_language else (*entry.path, self.language)

    @property
    def approval_place(self) -> Path:
        """Where its approvals go."""
        return (APPROVED,) if self.one_language else (APPROVED, self.language)


@dataclass(slots=True)
class Change:
    """What becomes of a file: new words and approvals by text name, and what was refused and why."""

    words: dict[str, str] = field(default_factory=dict)
    approved: dict[str, str] = field(default_factory=dict)
    by: list[str] = field(default_factory=list)
    on: list[dt.date] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def engagement(source: str, language: str) -> Book:
    """The texts of an engagement file. Raises ValueError on what is not TOML."""
    table = tomllib.loads(source)
    own = approval.source_language(table)
    entries = [
        Entry(each.name, _where(each.name), each.text.get(own, ""), each.text.get(language, ""), each.path)
        for each in approval.texts(table)
    ]
    return Book(language, entries, table.get(APPROVED, {}).get(language, {}))


def phrases(source: str, language: str) -> Book:
    """The bot's own words: the shipped drafts under those in an installation's own file."""
    table = tomllib.loads(source)
    drafts = DRAFTS[language][0] if language in DRAFTS else {}
    own = {key: Counted(words) if isinstance(words, dict) else words for key, words in table.items() if key != APPROVED}
    entries = [
        Entry(key, _where_spoken(key), english, own.get(key, drafts.get(key, "")), (key,), draft=key not in own)
        for key, english in DRAFTS[FALLBACK][0].items()
    ]
    return Book(language, entries, table.get(APPROVED, {}), one_language=True)


def _where(name: str) -> str:
    match name.split("."):
        case ["steps", step, "options", option, _]:
            return f"option {option} of {step}"
        case ["steps", step, *rest]:
            return f"question {step}, {' '.join(rest)}"
        case [*parts]:
            return f"opening, {' '.join(parts)}"


def _where_spoken(key: str) -> str:
    return "what people may type" if key.startswith(READ_ONLY) else "the bot’s own words"


def rows(book: Book) -> Iterator[Row]:
    """The table of a book: one row a text, or one a form of those that change with a number."""
    by, on = str(book.given.get("by", "")), str(book.given.get("on", ""))
    for entry in book.entries:
        kept = (by, on) if book.approves(entry) else ("", "")
        note = " ".join(f"Keep {{{name}}}." for name in dict.fromkeys(GAP.findall(entry.source)))
        if not isinstance(entry.source, Counted) and not isinstance(entry.words, Counted):
            yield Row(entry.name, entry.where, entry.source, entry.words, *kept, note)
            continue
        for form, example in _forms(book.language).items():
            words = _held(entry.words, form)
            yield Row(f"{entry.name}.{form}", entry.where, _form(entry.source, form), words, *kept, f"{note} {example}".strip())


def _form(words: str, form: str) -> str:
    """The words that serve for a form."""
    return words.forms.get(form, str(words)) if isinstance(words, Counted) else words


def _held(words: str, form: str) -> str:
    """The words that are written for a form itself."""
    forms = words.forms if isinstance(words, Counted) else {MOST_NUMBERS: words}
    return forms.get(form, "")


def _forms(language: str) -> dict[str, str]:
    """The categories of a language's numbers, each with the numbers it is for."""
    form = tongues.of(language).form
    examples: dict[str, list[str]] = {each: [] for each in _categories(tongues.of(language).locale)}
    for number in range(101):
        examples[form(number)].append(str(number))
    return {each: f"For {', '.join(numbers[:3])}{'…' if len(numbers) > 3 else ''}." for each, numbers in examples.items()}  # noqa: PLR2004 - a few are enough


def _categories(locale: Locale) -> list[str]:
    return [each for each in ("zero", "one", "two", "few", "many") if each in locale.plural_form.tags] + [MOST_NUMBERS]


def compare(book: Book, table: Sequence[Row], by: str, today: dt.date) -> Change:
    """What a translator's table changes. With `by`, all of its words are approved; else those its rows say are."""
    change = Change()
    found = {row.key: replace(row, approved_by=by, approved_on="") if by else row for row in table}
    for entry in book.entries:
        own = [found.pop(key) for key in _keys(entry, book.language) if key in found]
        told = [row for row in own if row.words.strip()]
        if told:
            _take(change, entry, told, today)
    change.refused += [f"line {row.line}: there is no text {row.key!r} here" for row in found.values()]
    return change


def _keys(entry: Entry, language: str) -> list[str]:
    return [entry.name, *(f"{entry.name}.{form}" for form in _categories(tongues.of(language).locale))]


def _take(change: Change, entry: Entry, told: list[Row], today: dt.date) -> None:
    words = _joined(entry, told)
    why = _wrong(entry, told, words)
    if why:
        change.refused.append(f"line {told[0].line}: {entry.name}: {why}")
        return
    if entry.draft or _spelt(words) != _spelt(entry.words):
        change.words[entry.name] = words
    if all(row.approved_by.strip() for row in told):
        change.approved[entry.name] = approval.fingerprint(entry.source, words)
        change.by += [row.approved_by.strip() for row in told]
        change.on += [_date(row.approved_on, today) for row in told]


def _joined(entry: Entry, told: list[Row]) -> str:
    forms = {row.key.removeprefix(f"{entry.name}."): row.words for row in told if row.key != entry.name}
    return Counted(forms) if forms.keys() - {MOST_NUMBERS} else told[0].words


def _wrong(entry: Entry, told: list[Row], words: str) -> str:
    """Why the words cannot be taken; empty when they can."""
    for row in told:
        form = row.key.removeprefix(entry.name).removeprefix(".")
        now = _form(entry.source, form)
        if row.english.split() != now.split():
            return f"its English has changed since; it is now {now!r}"
    if isinstance(words, Counted) and MOST_NUMBERS not in words.forms:
        return f"the form {MOST_NUMBERS!r} has no words"
    wanted = set(GAP.findall(entry.source))
    for form in words.forms.values() if isinstance(words, Counted) else [words]:
        extra = set(GAP.findall(form)) - wanted
        if extra:
            return f"{{{min(extra)}}} stands for nothing here"
    lost = wanted - set(GAP.findall(words))
    return f"{{{min(lost)}}} is missing" if lost and not entry.name.startswith(READ_ONLY) else ""


def _date(told: str, today: dt.date) -> dt.date:
    try:
        return dt.date.fromisoformat(told.strip())
    except ValueError:
        return today


def approve(book: Book, by: str, today: dt.date) -> Change:
    """All words there are in a language, approved."""
    there = [entry for entry in book.entries if entry.words]
    prints = {entry.name: approval.fingerprint(entry.source, entry.words) for entry in there}
    return Change({entry.name: entry.words for entry in there if entry.draft}, prints, [by], [today])


def rewrite(source: str, book: Book, change: Change) -> str:
    """The file with a change in it, its comments and order kept. Raises NotWrittenError when that cannot be done."""
    mark = "\ufeff" * source.startswith("\ufeff")
    text = source.removeprefix(mark)
    document, plain = tomlkit.parse(text), tomllib.loads(text)
    _apply(document, book, change)
    _apply(plain, book, change)
    written = tomlkit.dumps(document)
    if "\r\n" in text:
        written = written.replace("\r\n", "\n").replace("\n", "\r\n")
    try:
        same = tomllib.loads(written) == plain
    except ValueError:
        same = False
    if not same:
        raise NotWrittenError("this file is written in a way that a program cannot change safely; put the words in by hand")
    return mark + written


def _apply(table: Any, book: Book, change: Change) -> None:
    """Put a change into a document of tomlkit, or into a plain table; what is the same already is not touched."""
    for entry in book.entries:
        if entry.name in change.words:
            *path, last = book.place(entry)
            _at(table, path)[last] = _spelt(change.words[entry.name])
    if not change.approved:
        return
    held = _approvals(table, book.approval_place)
    names = [name for told in (str(held.get("by", "")), *change.by) for name in told.split(", ") if name]
    _set(held, "by", ", ".join(dict.fromkeys(names)))
    _set(held, "on", max([*change.on, *([held["on"]] if isinstance(held.get("on"), dt.date) else [])]))
    if "texts" not in held:
        held["texts"] = tomlkit.table()
    for name, fingerprint in change.approved.items():
        _set(held["texts"], name, fingerprint)


def _at(table: Any, path: Sequence[str | int]) -> Any:
    for key in path:
        table = table[key]
    return table


def _approvals(table: Any, path: Path) -> Any:
    for place, key in enumerate(path, 1):
        if key not in table:
            table[key] = tomlkit.table(is_super_table=place < len(path))
        table = table[key]
    return table


def _set(table: Any, key: str, value: Any) -> None:
    if table.get(key) != value:
        table[key] = value


def _spelt(words: str) -> str | dict[str, str]:
    """Words as they are written in the file."""
    return dict(words.forms) if isinstance(words, Counted) else str(words)
