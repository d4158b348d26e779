"""What can be done to the text of an engagement file: say something else, add to a list, take from it, change its order.

Each gives the whole new text, and is held against the same change made to the plain table: a text that would come to say
anything else is never given back.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.manuscript import spelling
from bot.manuscript.manuscripts import BY_HAND, Edit, Manuscript, NotChangedError, at, carry_out, parse, same
from conversations.checking.places import Path
from conversations.checking.shapes import CHARTER, ENGAGEMENT

Table = dict[str, Any]


def put(text: str, path: Path, table: Table) -> str:
    """Have the table at `path` say this and nothing else. Raises NotChangedError, as all of these do."""
    script = Manuscript.read(text)
    before = at(script.table, path)
    if not isinstance(before, dict):
        raise NotChangedError(BY_HAND)
    change = _Change(script)
    change.put(path, before, table)
    wanted = copy.deepcopy(script.table)
    held = at(wanted, path)
    held.clear()
    held.update(table)
    return _verified(script, change.edits(), wanted)


def add(text: str, path: Path, place: int, table: Table) -> str:
    """Put a table into the list at `path`, which need not be there yet."""
    script = Manuscript.read(text)
    wanted = copy.deepcopy(script.table)
    holder = at(wanted, path[:-1])
    if not isinstance(holder, dict) or not isinstance(holder.setdefault(path[-1], []), list):
        raise NotChangedError(BY_HAND)
    holder[path[-1]].insert(place, table)
    return _verified(script, _added(script, path, place, table), wanted)


def remove(text: str, path: Path, *places: int) -> str:
    """Take tables out of the list at `path`."""
    script = Manuscript.read(text)
    items, wanted = script.items(path), copy.deepcopy(script.table)
    held = at(wanted, path)
    held[:] = [table for place, table in enumerate(held) if place not in places]
    if not held and path not in script.pieces:
        del at(wanted, path[:-1])[path[-1]]
    return _verified(script, [_removed(script, path, place, items) for place in places], wanted)


def move(text: str, path: Path, place: int, to: int) -> str:
    """Change places of two neighbours in the list at `path`."""
    script = Manuscript.read(text)
    items, wanted = script.items(path), copy.deepcopy(script.table)
    held = at(wanted, path)
    held[place], held[to] = held[to], held[place]
    spans = [(items[place][:2], items[to][:2])]
    comments = items[place].comment, items[to].comment
    if comments[0] and comments[1]:
        spans.append((comments[0], comments[1]))
    edits = [Edit(*here, text[slice(*there)]) for one, other in spans for here, there in ((one, other), (other, one))]
    return _verified(script, edits, wanted)


def _verified(script: Manuscript, edits: Iterable[Edit], wanted: Table) -> str:
    written = carry_out(script.text, edits)
    said = parse(written)
    if said is None or not same(said, wanted):
        raise NotChangedError(BY_HAND)
    return written


def _added(script: Manuscript, path: Path, place: int, table: Table) -> Iterator[Edit]:
    there = script.items(path) if at(script.table, path) else []
    if not script.own_head((*path, 0)) and (path in script.pieces or path not in spelling.HEADED):
        yield _added_inline(script, path, place, table, there)
        return
    block = spelling.headed(".".join(key for key in path if isinstance(key, str)), table)
    if place < len(there):
        yield Edit(there[place].start, there[place].start, f"{block}\n")
        return
    end = there[-1].end if there else len(script.text.rstrip())
    yield Edit(end, end, f"\n\n{block}".rstrip("\n") if script.text.strip() else block)


def _added_inline(script: Manuscript, path: Path, place: int, table: Table, there: list[Any]) -> Edit:
    if not there:
        change = _Change(script)
        holder = at(script.table, path[:-1])
        change.put(path[:-1], holder, {**holder, str(path[-1]): [table]})
        return next(iter(change.edits()))
    spelt = spelling.spell(table)
    if place < len(there):
        start = there[place].start
        return Edit(start, start, f"{spelt},{_gap(script, start)}")
    last = there[-1]
    return Edit(last.end, last.end, f",{_gap(script, last.start)}{spelt}")


def _gap(script: Manuscript, start: int) -> str:
    """What stands between two tables of a list: a line end and as much room as before the one at `start`, or a space."""
    indent = script.text[script.start_of_line(start) : start]
    return f"\n{indent}" if not indent.strip() else " "


def _removed(script: Manuscript, path: Path, place: int, items: list[Any]) -> Edit:
    item, text = items[place], script.text
    if (*path, place) in script.pieces:
        alone = item.comment and not text[script.start_of_line(item.start) : item.start].strip()
        if alone:
            return Edit(script.start_of_line(item.start), min(script.end_of_line(item.end) + 1, len(text)), "")
        if place + 1 < len(items):
            return Edit(item.start, items[place + 1].start, "")
        return Edit(items[place - 1].end if place else item.start, item.end, "")
    if place + 1 < len(items):
        return Edit(item.start, items[place + 1].start, "")
    return Edit(len(text[: item.start].rstrip()), item.end, "")


class _Change:
    """Gathers what has to go, to come and to be said otherwise, before any of it is placed."""

    def __init__(self, script: Manuscript) -> None:
        self._script = script
        self._said: list[Edit] = []
        self._gone: list[Path] = []
        self._new: list[tuple[Path, str, Any]] = []

    def put(self, path: Path, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        if path in self._script.pieces:
            self._say(path, after)
            return
        self._gone += [(*path, key) for key in before if key not in after]
        for key, value in after.items():
            if key not in before:
                self._new.append((path, key, value))
            elif not same(before[key], value):
                self._replace((*path, key), before[key], value)

    def _replace(self, path: Path, before: Any, after: Any) -> None:
        both = (before, after)
        if all(isinstance(each, list) and each and isinstance(each[0], dict) for each in both) and len(before) == len(after):
            for place, (was, now) in enumerate(zip(before, after, strict=True)):
                if not same(was, now):
                    self.put((*path, place), was, now)
        elif all(isinstance(each, dict) for each in both):
            self.put(path, before, after)
        elif path in self._script.pieces:
            self._say(path, after)
        else:
            self._gone.append(path)
            self._new.append((path[:-1], str(path[-1]), after))

    def _say(self, path: Path, value: Any) -> None:
        piece = self._script.pieces[path]
        spelt = spelling.spell_value(value) if path in self._script.pairs else spelling.spell(value)
        self._said.append(Edit(piece.value, piece.end, spelt))

    def edits(self) -> Iterator[Edit]:
        yield from self._said
        for path in self._gone:
            yield from self._drop(path)
        for path, key, value in sorted(self._new, key=lambda new: _rank(new[0], new[1])):
            yield self._place(path, key, value)

    def _drop(self, path: Path) -> Iterator[Edit]:
        script = self._script
        heads = [head for head in script.heads if head.path[: len(path)] == path]
        for head in heads:
            yield Edit(len(script.text[: script.opening(head)].rstrip()), script.ending(head), "")
        for _, piece in script.beneath(path):
            if script.head_of(piece.start) not in heads:
                end = min(script.end_of_line(piece.end) + 1, len(script.text))
                yield Edit(script.start_of_line(piece.start), end, "")

    def _place(self, path: Path, key: str, value: Any) -> Edit:
        script = self._script
        if not path and isinstance(value, Mapping) and key not in spelling.DOTTED:
            block = "\n".join((f"[{key}]", *spelling.lines(value))) + "\n\n"
            start = script.opening(script.heads[0]) if script.heads else len(script.text)
            return Edit(start, start, block)
        around, rank = path, _rank(path, key)
        while around and not script.own_head(around):
            around = around[:-1]
        head = script.own_head(around) if around else None
        line = "\n".join(spelling.lines({key: value}, *map(str, path[len(around) :])))
        end = self._anchor(path, rank, head) or self._anchor(around, _rank(around, str((*path, key)[len(around)])), head)
        if end is None and head is None:
            return Edit(0, 0, f"{line}\n")
        end = script.end_of_line(head.end if end is None and head else end or 0)
        return Edit(end, end, f"\n{line}")

    def _anchor(self, path: Path, rank: int, head: Any) -> int | None:
        """Behind which letter something new belongs: the end of the last key under that head that comes before it."""
        ends = [
            piece.end
            for each, piece in self._script.beneath(path)
            if self._script.head_of(piece.start) == head
            and len(each) > len(path)
            and _rank(path, str(each[len(path)])) <= rank
            and not any(each[: len(gone)] == gone for gone in self._gone)
        ]
        return max(ends, default=None)


def _rank(path: Path, key: str) -> int:
    """Where a key stands among its neighbours in a file written from new; what nobody ordered comes last."""
    order = ORDERS.get(tuple(part for part in path if isinstance(part, str)), ())
    return order.index(key) if key in order else len(order)


ORDERS: Mapping[tuple[str, ...], tuple[str, ...]] = {
    (): tuple(ENGAGEMENT),
    ("charter",): tuple(CHARTER),
    ("steps",): (
        "id", "kind", "instrument", "picture", "title", "sensitive", "ask", "hint", "says", "low", "high", "unit", "when",
        "optional", "at_least", "at_most", "whole", "about", "record", "quotes", "options",
    ),
}  # fmt: skip
