"""Every table, a file for each part of the house. What is personal in them stands in `register`."""

from __future__ import annotations

from storage.schema.answers import answers, participations, release_counts, releases, responses, sessions
from storage.schema.engagements import edition_pictures, editions, engagements, links, pictures, uploads
from storage.schema.house import audit, bots, organisations, paces, pauses, settings
from storage.schema.letters import failures, followups, outbox, seen
from storage.schema.naming import metadata
from storage.schema.people import addresses, people, turned_away, wishes
from storage.schema.reading import populations, reading_themes, readings, release_cells, stops, themes
from storage.schema.sending import broadcast_texts, broadcasts, group_members, groups, left_out, segments, switches
from storage.schema.staff import (
    chat_codes,
    draft_pictures,
    drafts,
    enrolments,
    partners,
    preferences,
    recovery_codes,
    signins,
    staff,
    staff_chats,
)

__all__ = [
    "addresses",
    "answers",
    "audit",
    "bots",
    "broadcast_texts",
    "broadcasts",
    "chat_codes",
    "draft_pictures",
    "drafts",
    "edition_pictures",
    "editions",
    "engagements",
    "enrolments",
    "failures",
    "followups",
    "group_members",
    "groups",
    "left_out",
    "links",
    "metadata",
    "organisations",
    "outbox",
    "paces",
    "participations",
    "partners",
    "pauses",
    "people",
    "pictures",
    "populations",
    "preferences",
    "reading_themes",
    "readings",
    "recovery_codes",
    "release_cells",
    "release_counts",
    "releases",
    "responses",
    "seen",
    "segments",
    "sessions",
    "settings",
    "signins",
    "staff",
    "staff_chats",
    "stops",
    "switches",
    "themes",
    "turned_away",
    "uploads",
    "wishes",
]
