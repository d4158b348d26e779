"""Files that bots sent: kept once, known by file ids that only this world understands, refused as Telegram refuses them."""

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Any

from emulator.images import PNG, measure
from emulator.parameters import Parameters
from emulator.refusals import bad


@dataclass(frozen=True)
class File:
    """A file as it was uploaded; `size` is a picture's width and height."""

    kind: str
    unique: str
    name: str
    content: bytes
    size: tuple[int, int] = (0, 0)

    @property
    def media_type(self) -> str:
        if self.kind != "photo":
            return "application/octet-stream"
        return "image/png" if self.content.startswith(PNG) else "image/jpeg"

    @property
    def path(self) -> str:
        """Where it can be fetched from, once `getFile` was asked."""
        return f"{self.kind}s/{self.unique}{'.' + self.name.rpartition('.')[2] if '.' in self.name else ''}"


class Files:
    """The files of one world, by file id; every picture has several, one a size."""

    def __init__(self, token: str, first: int) -> None:
        self._token = token
        self._ids: dict[str, File] = {}
        self._kept = first  # the time of day: a bot with a memory must not take a new file for one of an earlier run

    def take(self, given: Parameters, kind: str) -> File:
        """Return the file a call uploads or names. Raises Refusal."""
        if kind in given.files:
            return self._keep(kind, str(given.values[kind]["file_name"]), given.files[kind])
        named = given.text(kind)
        if not named:
            raise bad(f"there is no {kind} in the request")
        if named.startswith(ATTACHED):
            return self._take_attached(given, kind, named.removeprefix(ATTACHED))
        found = self._find(named)
        if found.kind != kind:
            raise bad(f"can't use file of type {found.kind.title()} as {kind.title()}")
        return found

    def get(self, file_id: str) -> File:
        """Return a file for `getFile`. Raises Refusal."""
        if file_id not in self._ids:
            raise bad("invalid file_id")
        if len(self._ids[file_id].content) > LARGEST_DOWNLOAD:
            raise bad("file is too big")
        return self._ids[file_id]

    def at(self, path: str) -> File | None:
        return next((file for file in self._ids.values() if file.path == path), None)

    def forget(self) -> None:
        """Know no file id any more, as Telegram may."""
        self._ids.clear()

    def see_sizes(self, file: File) -> list[dict[str, Any]]:
        """A picture as a Message holds it: smallest first, the last as large as it gets."""
        wide, high = file.size
        largest = max(wide, high)
        boxes = [box for box in BOXES if box < largest] + [min(largest, BOXES[-1])]
        return [
            {
                **self.describe(file, f"{box}"),
                "width": max(1, round(wide * box / largest)),
                "height": max(1, round(high * box / largest)),
            }
            for box in dict.fromkeys(boxes)
        ]  # fmt: skip

    def describe(self, file: File, size: str = "") -> dict[str, Any]:
        """What Telegram tells of any file; from here on it is known by the file id in it."""
        file_id = _name(f"{self._token} {file.unique} {size}", 54)
        self._ids[file_id] = file
        return {"file_id": file_id, "file_unique_id": f"{file.unique}{size}", "file_size": len(file.content)}

    def lend(self, kind: str, file_id: str, unique: str, content: bytes) -> None:
        """Know a file that a person sent."""
        self._ids.setdefault(file_id, File(kind, unique, f"{unique}.bin", content, (800, 600)))

    def _take_attached(self, given: Parameters, kind: str, name: str) -> File:
        """Return a file that came under another name than its own."""
        if name not in given.files:
            raise bad(f"file attachment {name} not found")
        about = given.values.get(name)
        return self._keep(kind, str(about["file_name"]) if isinstance(about, dict) else name, given.files[name])

    def _keep(self, kind: str, name: str, content: bytes) -> File:
        size = _check(kind, content)
        self._kept += 1
        return File(kind, _name(f"{self._token} {self._kept}", 9), name, content, size)

    def _find(self, named: str) -> File:
        if "://" in named:
            raise bad("failed to get HTTP URL content")  # nothing is fetched from elsewhere
        if not FILE_ID.fullmatch(named):
            raise bad("wrong remote file identifier specified: Wrong character in the string")
        if named not in self._ids:
            raise bad("wrong file identifier/HTTP URL specified")
        return self._ids[named]


def _check(kind: str, content: bytes) -> tuple[int, int]:
    """Return a picture's size. Raises Refusal for what Telegram does not take."""
    if not content:
        raise bad("file must be non-empty")
    if kind != "photo":
        return 0, 0
    if len(content) > LARGEST_PHOTO:
        raise bad(f"file of size {len(content)} bytes is too big for a photo; the maximum size is {LARGEST_PHOTO} bytes")
    size = measure(content)
    if size is None:
        raise bad("IMAGE_PROCESS_FAILED")
    if not min(size) or sum(size) > LARGEST_SIDES or max(size) > LONGEST_RATIO * min(size):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    return size


def _name(words: str, size: int) -> str:
    return base64.urlsafe_b64encode(hashlib.sha512(words.encode()).digest()[:size]).decode()


ATTACHED = "attach://"
LARGEST_DOWNLOAD = 20 * 1024 * 1024
LARGEST_PHOTO = 10 * 1024 * 1024
LARGEST_SIDES = 10_000
LONGEST_RATIO = 20
BOXES = (90, 320, 800, 1280, 2560)
FILE_ID = re.compile(r"[A-Za-z0-9_-]+")
