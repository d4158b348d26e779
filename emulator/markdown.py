"""The two Markdown parse modes: marks become entities, mistakes are refused in Telegram's words."""

import re
from dataclasses import dataclass, field

from emulator.refusals import unparsable
from emulator.text import Entity, units


@dataclass
class _Reader:
    """Reads `source` from `at`; what was read so far is `text`, `length` UTF-16 units long. `open`: kind, offset, begin."""

    source: str
    at: int = 0
    parts: list[str] = field(default_factory=list)
    length: int = 0
    open: list[tuple[str, int, int]] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.length += units(text)

    def sees(self, mark: str) -> bool:
        return self.source.startswith(mark, self.at)

    def begin(self, kind: str, mark: str) -> None:
        self.open.append((kind, self.length, self.at))
        self.at += len(mark)

    def end(self, mark: str, **more: str) -> None:
        """Close what was opened last; nothing is marked where there is no text."""
        kind, offset, _ = self.open.pop()
        self.at += len(mark)
        if self.length > offset:
            self.entities.append({"type": kind, "offset": offset, "length": self.length - offset, **more})

    def byte(self, at: int) -> int:
        return len(self.source[:at].encode("utf-8", "surrogatepass"))

    def result(self) -> tuple[str, list[Entity]]:
        return "".join(self.parts), sorted(self.entities, key=lambda found: (found["offset"], -found["length"]))


def parse_markdown_v2(source: str) -> tuple[str, list[Entity]]:
    """Return the text and its entities, outer ones first. Raises Refusal on broken markup."""
    reader = _Reader(source)
    while reader.at < len(source):
        if not _read_plain(reader) and not _read_quote(reader) and not _read_end(reader):
            _read_begin(reader)
    if reader.open and reader.open[-1][0] == "blockquote":
        reader.end("")
    if reader.open:
        kind, _, begin = reader.open[-1]
        raise unparsable(f"Can't find end of {NAMES[kind]} entity at byte offset {reader.byte(begin)}")
    return reader.result()


def parse_markdown(source: str) -> tuple[str, list[Entity]]:
    """Return the text and its entities by the older mode, which knows no nesting. Raises Refusal on broken markup."""
    reader = _Reader(source)
    while reader.at < len(source):
        if found := OLD_ESCAPE.match(source, reader.at):
            reader.add(found[1])
        elif found := OLD_PLAIN.match(source, reader.at):
            reader.add(found[0])
        elif found := OLD_ENTITY.match(source, reader.at):
            _add_old(reader, found)
        else:
            raise unparsable(f"Can't find end of the entity starting at byte offset {reader.byte(reader.at)}")
        reader.at = found.end()
    return reader.result()


def _add_old(reader: _Reader, found: re.Match[str]) -> None:
    kind = str(found.lastgroup)
    words = found[kind]
    if kind == "text_link":
        words, _, url = words.partition("](")
        reader.open.append(("text_link", reader.length, reader.at))
        reader.add(words)
        if url:
            reader.end("", url=url)
        else:
            reader.open.pop()
        return
    more = {}
    if kind == "pre" and (language := LANGUAGE.match(words)):
        more = {"language": language[1]} if language[1] else {}
        words = words[language.end() :]
    reader.open.append((kind, reader.length, reader.at))
    reader.add(words)
    reader.end("", **more)


def _read_plain(reader: _Reader) -> bool:
    """Take what stands for itself: escaped letters, and letters that mean nothing where they stand."""
    source = reader.source
    if source[reader.at] == "\\" and source[reader.at + 1 : reader.at + 2].isascii() and reader.at + 1 < len(source):
        reader.add(source[reader.at + 1])
        reader.at += 2
        return True
    inside_code = bool(reader.open) and reader.open[-1][0] in {"code", "pre"}
    found = (PLAIN_IN_CODE if inside_code else PLAIN).match(source, reader.at)
    if found is None:
        return False
    reader.add(found[0])
    reader.at = found.end()
    return True


def _read_quote(reader: _Reader) -> bool:
    """Take a line's end, which ends a quotation unless the next line goes on with it, or a quotation's beginning."""
    quoting = bool(reader.open) and reader.open[-1][0] == "blockquote"
    if reader.sees("\n"):
        if quoting and not reader.sees("\n>"):
            reader.end("")
        reader.add("\n")
        reader.at += 2 if quoting and reader.sees("\n>") else 1
        return True
    if reader.sees(">") and not quoting and (reader.at == 0 or reader.source[reader.at - 1] == "\n"):
        reader.begin("blockquote", ">")
        return True
    return False


def _read_end(reader: _Reader) -> bool:
    if not reader.open:
        return False
    kind, _, begin = reader.open[-1]
    if kind == "blockquote" or not reader.sees(ENDS[kind]) or (kind == "italic" and reader.sees("__")):
        return False
    if kind in {"text_link", "custom_emoji"}:
        _read_link(reader, kind)
    elif kind == "pre" and (found := LANGUAGE.match(reader.source, begin + 3)) and found[1]:
        reader.end("```", language=found[1])
    else:
        reader.end(ENDS[kind])
    return True


def _read_link(reader: _Reader, kind: str) -> None:
    reader.at += 1
    if not reader.sees("("):
        reader.open.pop()  # words in brackets and no address: Telegram shows the words alone
        return
    found = ADDRESS.match(reader.source, reader.at)
    if found is None:
        raise unparsable(f"Can't find end of a URL at byte offset {reader.byte(reader.at)}")
    reader.at = found.end()
    address = ESCAPED.sub(r"\1", found[1])
    if kind == "text_link":
        reader.end("", url=address)
    else:
        reader.end("", custom_emoji_id=address.rpartition("id=")[2])


def _read_begin(reader: _Reader) -> None:
    mark = next((mark for mark in BEGINS if reader.sees(mark)), None)
    if mark is None:
        letter = reader.source[reader.at]
        raise unparsable(f"Character '{letter}' is reserved and must be escaped with the preceding '\\'")
    reader.begin(BEGINS[mark], mark)
    if mark == "```" and (language := LANGUAGE.match(reader.source, reader.at)):
        reader.at = language.end()


LANGUAGE = re.compile(r"([^\s`]*)\n")
ADDRESS = re.compile(r"\(((?:\\.|[^)\\])*)\)", re.DOTALL)
ESCAPED = re.compile(r"\\([\x01-\x7e])")
PLAIN = re.compile(r"[^_*\[\]()~`>#+\-=|{}.!\n\\]+|\\")
PLAIN_IN_CODE = re.compile(r"[^`\\]+|\\")
# The longer mark first: `__` is not two of `_`.
BEGINS = {
    "__": "underline", "_": "italic", "*": "bold", "~": "strikethrough", "||": "spoiler", "![": "custom_emoji",
    "[": "text_link", "```": "pre", "`": "code",
}  # fmt: skip
ENDS = {
    "underline": "__", "italic": "_", "bold": "*", "strikethrough": "~", "spoiler": "||", "custom_emoji": "]",
    "text_link": "]", "pre": "```", "code": "`",
}  # fmt: skip
NAMES = {
    "underline": "Underline", "italic": "Italic", "bold": "Bold", "strikethrough": "Strikethrough", "spoiler": "Spoiler",
    "custom_emoji": "CustomEmoji", "text_link": "TextUrl", "pre": "Pre", "code": "Code",
}  # fmt: skip
OLD_ESCAPE = re.compile(r"\\([_*`\[])")
OLD_PLAIN = re.compile(r"[^_*`\[\\]+|\\")
OLD_ENTITY = re.compile(
    r"_(?P<italic>[^_]*)_|\*(?P<bold>[^*]*)\*|```(?P<pre>.*?)```|`(?P<code>[^`]*)`"
    r"|\[(?P<text_link>[^\]]*(?:\]\([^)]*(?=\)))?)[\])]",
    re.DOTALL,
)
