"""The register of every column that holds something personal, and of those that do not. A test holds `erasure` to it."""

PERSONAL: dict[str, str] = {
    "people.age_band": "erase",
    "people.language": "erase",
    "people.asking": "erase",
    "addresses.door": "erase",
    "addresses.lookup": "erase",
    "addresses.sealed": "erase",
    "addresses.state": "erase",
    "addresses.opening": "erase",
    "turned_away.lookup": "expire",
    "sessions.code": "erase",
    "sessions.door": "erase",
    "sessions.entered_by": "erase",
    "sessions.sealed": "erase",
    "answers.respondent": "unlink",
    "answers.chosen": "unlink",
    "answers.sealed": "unlink",
    "answers.language": "unlink",
    "responses.respondent": "unlink",
    "responses.door": "unlink",
    "wishes.language": "erase",
    "wishes.chosen": "erase",
    "wishes.sealed": "erase",
    "outbox.sealed": "expire",
    "outbox.reason": "expire",
    "followups.step": "erase",
    "followups.rule": "erase",
    "failures.lookup": "erase",
    "failures.sealed": "erase",
    "failures.trace": "erase",
    "people.code": "erase",
}
"""Columns that hold something personal -> what erasing a person does to them: `erase` with their rows, `unlink` where a
pseudonym leads to them, `expire` by themselves within days. A test fails for a column of text or bytes that is neither
here nor in IMPERSONAL."""

IMPERSONAL = frozenset(
    {
        "settings.name", "settings.value", "organisations.code", "organisations.name", "organisations.time_zone",
        "bots.username", "engagements.slug", "engagements.kind", "engagements.identity", "engagements.audience",
        "engagements.state", "engagements.edited", "editions.hash", "editions.source", "editions.origin", "links.code",
        "links.label",
        "pictures.hash", "pictures.content", "edition_pictures.file", "edition_pictures.hash", "uploads.hash", "uploads.file_id",
        "answers.step", "wishes.step", "release_counts.step", "release_counts.option", "outbox.lane", "outbox.policy",
        "outbox.state", "outbox.claimer", "pauses.what", "pauses.why", "pauses.who",
        "followups.kind", "followups.state", "failures.code", "failures.where",
        "audit.who", "audit.what", "audit.about", "audit.chain",
    }
)  # fmt: skip
"""Columns of text or bytes that hold nothing personal."""
