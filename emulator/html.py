"""The HTML parse mode: tags become entities, mistakes are refused in Telegram's words."""

import re
from dataclasses import dataclass, field

from emulator.refusals import unparsable
from emulator.text import Entity, units


@dataclass
class _Open:
    tag: str
    offset: int
    attributes: dict[str, str]


@dataclass
class _Reader:
    """Reads `source` from `at`; what was read so far is `text`, `length` UTF-16 units long."""

    source: str
    at: int = 0
    parts: list[str] = field(default_factory=list)
    length: int = 0
    stack: list[_Open] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.length += units(text)

    def byte(self, at: int) -> int:
        return len(self.source[:at].encode("utf-8", "surrogatepass"))

    def match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.source, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found[0]


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Return the text and its entities, outer ones first. Raises Refusal on broken markup."""
    reader = _Reader(source)
    while reader.at < len(source):
        reader.add(_decode(reader.match(PLAIN)))
        if reader.at >= len(source):
            break
        if source.startswith("</", reader.at):
            _read_end(reader)
        else:
            _read_start(reader)
    if reader.stack:
        raise unparsable(f'Can\'t find end tag corresponding to start tag "{reader.stack[-1].tag}"')
    return "".join(reader.parts), sorted(reader.entities, key=lambda found: (found["offset"], -found["length"]))


def _read_start(reader: _Reader) -> None:
    begin = reader.at
    reader.at += 1
    tag = reader.match(START_NAME).lower()
    if reader.at >= len(reader.source):
        raise unparsable(f"Unclosed start tag at byte offset {reader.byte(begin)}")
    if tag not in TAGS:
        raise unparsable(f'Unsupported start tag "{tag}" at byte offset {reader.byte(begin)}')
    attributes: dict[str, str] = {}
    while True:
        reader.match(SPACE)
        if reader.at >= len(reader.source):
            raise unparsable(f'Unclosed start tag "{tag}" at byte offset {reader.byte(begin)}')
        if reader.source[reader.at] == ">":
            break
        name, value = _read_attribute(reader, tag, begin)
        attributes[name] = value
    reader.at += 1
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {reader.byte(begin)}')
    reader.stack.append(_Open(tag, reader.length, attributes))


def _read_attribute(reader: _Reader, tag: str, begin: int) -> tuple[str, str]:
    name = reader.match(ATTRIBUTE_NAME).lower()
    if not name:
        raise unparsable(f'Empty attribute name in the tag "{tag}" at byte offset {reader.byte(begin)}')
    reader.match(SPACE)
    if not reader.source.startswith("=", reader.at):
        return name, ""
    reader.at += 1
    reader.match(SPACE)
    if reader.at >= len(reader.source):
        raise unparsable(f'Unclosed start tag "{tag}" at byte offset {reader.byte(begin)}')
    if reader.source[reader.at] in "\"'":
        return name, _read_quoted(reader, begin)
    token = reader.at
    value = reader.match(TOKEN)
    if not AFTER_TOKEN.match(reader.source, reader.at):
        raise unparsable(f"Unexpected end of name token at byte offset {reader.byte(token)}")
    return name, value


def _read_quoted(reader: _Reader, begin: int) -> str:
    end = reader.source.find(reader.source[reader.at], reader.at + 1)
    if end < 0:
        raise unparsable(f"Unclosed start tag at byte offset {reader.byte(begin)}")
    value = reader.source[reader.at + 1 : end]
    reader.at = end + 1
    return _decode(value)


def _read_end(reader: _Reader) -> None:
    begin = reader.at
    if not reader.stack:
        raise unparsable(f"Unexpected end tag at byte offset {reader.byte(begin)}")
    reader.at += 2
    tag = reader.match(END_NAME).lower()
    reader.match(SPACE)
    if not reader.source.startswith(">", reader.at):
        raise unparsable(f"Unclosed end tag at byte offset {reader.byte(begin)}")
    reader.at += 1
    opened = reader.stack.pop()
    if tag and tag != opened.tag:
        raise unparsable(f'Unmatched end tag at byte offset {reader.byte(begin)}, expected "</{opened.tag}>", found "</{tag}>"')
    if reader.length > opened.offset:
        _close(reader, opened)


def _close(reader: _Reader, opened: _Open) -> None:
    entity: Entity = {"type": TAGS[opened.tag], "offset": opened.offset, "length": reader.length - opened.offset}
    attributes = opened.attributes
    if opened.tag == "a":
        if not (url := attributes.get("href", "")):
            return
        entity["url"] = url
    elif opened.tag == "blockquote" and "expandable" in attributes:
        entity["type"] = "expandable_blockquote"
    elif opened.tag == "tg-emoji":
        entity["custom_emoji_id"] = attributes.get("emoji-id", "")
    elif opened.tag == "tg-time":
        entity["unix_time"] = int(attributes.get("unix", "0") or 0)
        if "format" in attributes:
            entity["date_time_format"] = attributes["format"]
    elif opened.tag == "code" and reader.stack and reader.stack[-1].tag == "pre":
        language = attributes.get("class", "")
        if language.startswith("language-"):
            reader.stack[-1].attributes["language"] = language.removeprefix("language-")
        return
    elif opened.tag == "pre" and "language" in attributes:
        entity["language"] = attributes["language"]
    reader.entities.append(entity)


def _decode(text: str) -> str:
    return REFERENCE.sub(_decode_one, text) if "&" in text else text


def _decode_one(found: re.Match[str]) -> str:
    name = found[1]
    if name in NAMED:
        return NAMED[name]
    if not name.startswith("#"):
        return found[0]
    code = int(f"0{name[1:]}", 16) if name[1] in "xX" else int(name[1:])
    return chr(code) if 0 < code <= LAST_LETTER and not FIRST_SURROGATE <= code <= LAST_SURROGATE else found[0]


LAST_LETTER, FIRST_SURROGATE, LAST_SURROGATE = 0x10FFFF, 0xD800, 0xDFFF
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
REFERENCE = re.compile(r"&(#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,8}|lt|gt|amp|quot)(?:;|(?![0-9A-Za-z]))")
PLAIN = re.compile(r"[^<]*")
SPACE = re.compile(r"[ \t\r\n\x00\x0b]*")
START_NAME = re.compile(r"[^ \t\r\n\x00\x0b>]*")
END_NAME = START_NAME
ATTRIBUTE_NAME = re.compile(r"[^ \t\r\n\x00\x0b>=]*")
TOKEN = re.compile(r"[A-Za-z0-9.\-]*")
AFTER_TOKEN = re.compile(r"[ \t\r\n\x00\x0b>]")
TAGS = {
    "b": "bold", "strong": "bold",
    "i": "italic", "em": "italic",
    "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "tg-spoiler": "spoiler", "span": "spoiler",
    "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote",
    "tg-emoji": "custom_emoji", "tg-time": "date_time",
}  # fmt: skip
