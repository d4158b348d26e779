"""The papers of a meeting: a plain summary of each, its file, and to whom they were sent."""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from storage import codes
from storage.groups import rules
from storage.groups.quorum import Meeting
from storage.groups.rules import RefusedError
from storage.groups.telling import tell
from storage.schema import papers, places

LARGEST = 10 * 1024 * 1024
LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_NAME = 120, 1500, 80
MOST = 20

TYPES = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
}
"""How the name of a file ends -> its media type; the file must be what its name will say."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper without its file; `file` is the name of that, empty where there is only the summary."""

    id: int
    code: str
    title: str
    summary: str
    file: str
    late: bool
    sent_at: dt.datetime | None


def due_on(db: Connection, meeting: Meeting) -> dt.date:
    """The last day on which papers of a meeting are in time."""
    return meeting.day - dt.timedelta(days=rules.read(db, meeting.group_id).papers_days)


def load(db: Connection, occasion_id: int) -> list[Paper]:
    """Of one meeting, as they were added."""
    columns = [papers.c[name] for name in Paper.__slots__]
    return [Paper(*row) for row in db.execute(select(*columns).where(papers.c.occasion_id == occasion_id).order_by(papers.c.id))]


def content(db: Connection, occasion_id: int, code: str) -> tuple[str, bytes] | None:
    """The name of a paper's file, and the file."""
    wanted = (papers.c.occasion_id == occasion_id, papers.c.code == code, papers.c.content.is_not(None))
    row = db.execute(select(papers.c.file, papers.c.content).where(*wanted)).first()
    return (row.file, row.content) if row else None


def add(
    db: Connection,
    meeting: Meeting,
    words: tuple[str, str],
    file: tuple[str, bytes] | None,
    by: str,
    now: dt.datetime,
    today: dt.date,
) -> str:
    """The code of a new paper: title and plain summary, and a file with its name. Raises RefusedError."""
    title, summary = " ".join(words[0].split()), words[1].strip()
    if not title or len(title) > LONGEST_TITLE:
        msg = f"Give the paper a title of at most {LONGEST_TITLE} letters."
        raise RefusedError(msg, "title")
    if not summary or len(summary) > LONGEST_SUMMARY:
        msg = f"Say in plain words what it is about, in at most {LONGEST_SUMMARY} letters: some people read only this."
        raise RefusedError(msg, "summary")
    if len(load(db, meeting.id)) >= MOST:
        msg = f"There are {MOST} papers already. Nobody reads more than that."
        raise RefusedError(msg)
    named = (clean(*file), file[1]) if file else ("", None)
    code = codes.make()
    row = {"code": code, "occasion_id": meeting.id, "title": title, "summary": summary, "file": named[0], "content": named[1]}
    db.execute(insert(papers).values(late=today > due_on(db, meeting), added_by=by, added_at=now, **row))
    return code


def remove(db: Connection, occasion_id: int, code: str) -> bool:
    """Take away a paper that nobody was sent; returns whether there was one."""
    unsent = (papers.c.occasion_id == occasion_id, papers.c.code == code, papers.c.sent_at.is_(None))
    return bool(db.execute(delete(papers).where(*unsent)).rowcount)


def send(db: Connection, meeting: Meeting, now: dt.datetime) -> int:
    """Tell everybody who has a place of the papers that are new; returns how many people. Raises RefusedError."""
    new = [one for one in load(db, meeting.id) if one.sent_at is None]
    if not new:
        msg = "There is no new paper to send."
        raise RefusedError(msg)
    db.execute(update(papers).where(papers.c.id.in_([one.id for one in new])).values(sent_at=now))
    coming = (places.c.occasion_id == meeting.id, places.c.state == "confirmed")  # a deputy's is, once they agreed to come
    people = db.scalars(select(places.c.person_id).where(*coming)).all()
    return tell(db, people, "papers", meeting.code, now, meeting, new[0].code)


def clean(name: str, data: bytes) -> str:
    """A file's name with nothing odd in it, ending as what it is ends. Raises RefusedError for what is no document."""
    if len(data) > LARGEST:
        msg = "The file is larger than 10 MB. Make it smaller, or leave out its pictures."
        raise RefusedError(msg, "file")
    kind = sniff(data)
    if not kind:
        msg = "This is no PDF and no text document. Save it as PDF and choose it again."
        raise RefusedError(msg, "file")
    stem = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1]).rpartition(".")[0] or "paper"
    kept = " ".join("".join(letter if letter.isalnum() or letter in " -_()" else " " for letter in stem).split())
    return f"{kept[:LONGEST_NAME] or 'paper'}.{kind}"


def sniff(data: bytes) -> str:
    """What a file is, by its contents: a key of TYPES, or nothing."""
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "doc"
    if not data.startswith(b"PK\x03\x04"):
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            names = set(packed.namelist())
    except zipfile.BadZipFile:
        return ""
    if "word/document.xml" in names:
        return "" if "word/vbaProject.bin" in names else "docx"  # one that runs something is no paper
    is_odt = data[38:].startswith(b"application/vnd.oasis.opendocument.text") and data[30:38] == b"mimetype"
    return "odt" if is_odt else ""
