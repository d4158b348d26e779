"""Every table, a file for each part of the house. What is personal in them stands in `register`."""

from __future__ import annotations

from storage.schema.answers import answers, participations, release_counts, releases, responses, sessions
from storage.schema.engagements import edition_pictures, editions, engagements, links, pictures, uploads
from storage.schema.events import claims, events, feeds, needs, occasions, place_needs, places, reserved, series
from storage.schema.house import audit, bots, organisations, paces, pauses, settings
from storage.schema.letters import failures, followups, outbox, seen
from storage.schema.naming import metadata
from storage.schema.people import addresses, people, turned_away, wishes
from storage.schema.reading import populations, reading_themes, readings, release_cells, stops, themes
from storage.schema.seats import corrections, decisions, group_rules, minutes, papers, point_changes, points, seats
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
    "claims",
    "corrections",
    "decisions",
    "draft_pictures",
    "drafts",
    "edition_pictures",
    "editions",
    "engagements",
    "enrolments",
    "events",
    "failures",
    "feeds",
    "followups",
    "group_members",
    "group_rules",
    "groups",
    "left_out",
    "links",
    "metadata",
    "minutes",
    "needs",
    "occasions",
    "organisations",
    "outbox",
    "paces",
    "papers",
    "participations",
    "partners",
    "pauses",
    "people",
    "pictures",
    "place_needs",
    "places",
    "point_changes",
    "points",
    "populations",
    "preferences",
    "reading_themes",
    "readings",
    "recovery_codes",
    "release_cells",
    "release_counts",
    "releases",
    "reserved",
    "responses",
    "seats",
    "seen",
    "segments",
    "series",
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
