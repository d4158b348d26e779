"""To which events the dates that people name belong, and who is in the groups whose meetings they are."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from storage.groups import seats
from storage.groups.seats import Post
from storage.schema import group_members, occasions


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
