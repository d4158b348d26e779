"""To which events the dates that people name belong, and who is in the groups whose meetings they are."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.groups import seats
from storage.groups.seats import Post
from storage.schema import engagements, events, group_members, occasions


class Standing(NamedTuple):
    """What somebody is to an event: whether it is a `meeting`, all of it for this `member`, and their seat there."""

    meeting: bool
    member: bool
    post: Post | None

    @property
    def seat(self) -> dict[str, int]:
        """What a place of theirs says of their seat."""
        return {"seat_id": self.post.seat_id} if self.post else {}


def events_of(db: Connection, organisation_id: int, codes: Collection[str]) -> dict[str, int]:
    """Code of a date -> id of its event; a code of nobody's is left out."""
    here = (occasions.c.organisation_id == organisation_id, occasions.c.code.in_(codes))
    return {row.code: row.event_id for row in db.execute(select(occasions.c.code, occasions.c.event_id).where(*here))}


def members(db: Connection, group_ids: Collection[int], person_ids: Collection[int]) -> set[tuple[int, int]]:
    """(group id, person id) of those who are on the list of a group."""
    here = (group_members.c.group_id.in_(group_ids), group_members.c.person_id.in_(person_ids))
    return {(row.group_id, row.person_id) for row in db.execute(select(group_members).where(*here))}


def posts(db: Connection, group_ids: Collection[int], person_ids: Collection[int]) -> dict[tuple[int, int], Post]:
    """(group id, person id) -> the seat they hold there, or stand in for."""
    found = seats.of_people(db, person_ids)
    return {(post.group_id, person): post for person, theirs in found.items() for post in theirs if post.group_id in group_ids}


def standing(db: Connection, event_id: int, person_id: int) -> Standing:
    """Of one person; an event that is no meeting is for everybody alike."""
    wanted = select(engagements.c.kind, events.c.group_id).join_from(
        events, engagements, events.c.engagement_id == engagements.c.id
    )
    kind, group = db.execute(wanted.where(events.c.id == event_id)).one()
    if kind != "meeting" or group is None:
        return Standing(kind == "meeting", kind != "meeting", None)
    post = posts(db, [group], [person_id]).get((group, person_id))
    listed = bool(members(db, [group], [person_id]))
    return Standing(True, listed or (post is not None and post.role == "holder"), post)
