"""A town in a database: a million people and ten million answers, written by the database itself in a few minutes.

What stands in it is what years of use leave: finished and unfinished conversations, answers counted in releases, letters
waiting and letters uncertain, updates seen, follow-ups with a date.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, create_engine, text

from storage.database import parse
from storage.keys import Keys

BOT = 7000
EACH = 2  # engagements that each person has answered
SEALED = 200_000  # finished conversations that still hold a wish, sealed under yesterday's key
AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Words:
    """What the two databases call the same things; `{n}` is a count."""

    numbers: str  # a table expression of i = 1 … n
    bytes16: str
    code: str  # sixteen letters nobody else has, from the number `i`
    no: str
    yes: str
    settle: str


SQLITE = Words(
    "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {n}) SELECT i FROM n)",
    "randomblob(16)", "substr(lower(hex(randomblob(8))), 1, 16)", "0", "1", "ANALYZE",
)  # fmt: skip
POSTGRES = Words(
    "generate_series(1, {n}) AS n(i)",
    "decode(md5(random()::text || clock_timestamp()::text), 'hex')",
    "substr(md5(i::text || random()::text), 1, 16)", "false", "true", "VACUUM ANALYZE",
)  # fmt: skip


@contextmanager
def _open(url: str) -> Iterator[Connection]:
    whole = parse(url)
    driver = "sqlite" if whole.drivername.startswith("sqlite") else whole.drivername
    engine = create_engine(whole.set(drivername=driver), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as db:
            if driver == "sqlite":
                for pragma in ("synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY", "wal_autocheckpoint=20000"):
                    db.execute(text(f"PRAGMA {pragma}"))
            yield db
    finally:
        engine.dispose()


def settle(url: str, keys: Keys, people: int, now: dt.datetime) -> None:
    """Let so many people have lived here; the engagements are there already, and open."""
    with _open(url) as db:
        words = SQLITE if db.dialect.name == "sqlite" else POSTGRES
        numbers = words.numbers.format(n=people)
        places = db.execute(text("SELECT id, edition_id FROM engagements WHERE state = 'open' ORDER BY id")).all()
        values = {"bot": BOT, "now": now, "day": now.date().isoformat(), "count": len(places)}
        values["now"] = now.replace(tzinfo=None).isoformat(" ") if words is SQLITE else now
        for number, statement in enumerate(STATEMENTS):
            sql = statement.format(**{name: getattr(words, name) for name in words.__slots__} | {"numbers": numbers})
            used = {name: value for name, value in values.items() if f":{name}" in sql}
            db.execute(text(sql), used)
            print(f"  {number + 1} of {len(STATEMENTS)}: {' '.join(sql.split()[:3])}", flush=True)
        _seal_some(db, keys, now.date() - dt.timedelta(days=1))
        db.execute(text(words.settle))
        if words is SQLITE:
            db.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


def _seal_some(db: Connection, keys: Keys, day: dt.date) -> None:
    """Seal something real in the newest conversations."""
    rows = db.execute(text("SELECT id, code FROM sessions ORDER BY id LIMIT :n"), {"n": SEALED}).all()
    inside = b'{"ticked":[],"answers":[]}'
    for at in range(0, len(rows), AT_ONCE):
        sealed = [
            {"at": row.id, "sealed": keys.seal_for_days("sessions.sealed", row.code, inside, day)}
            for row in rows[at : at + AT_ONCE]
        ]
        db.execute(text("BEGIN"))
        db.execute(text("UPDATE sessions SET sealed = :sealed WHERE id = :at"), sealed)
        db.execute(text("COMMIT"))


STATEMENTS = (
    """INSERT INTO people (code, organisation_id, age_band, language, asking, stopped, met_on)
    SELECT {code}, 1, '18', 'en', '', {no}, :day FROM {numbers}""",
    """INSERT INTO addresses (person_id, bot_id, door, lookup, sealed, state, opening)
    SELECT id, :bot, 'telegram', {bytes16}, {bytes16}, 'open', '' FROM people""",
    """CREATE TABLE town_places AS SELECT row_number() OVER (ORDER BY id) - 1 AS place, id, edition_id
    FROM engagements WHERE state = 'open' AND identity <> 'anonymous'""",
    """CREATE TABLE town AS SELECT person_id, p.id AS engagement_id, p.edition_id, {bytes16} AS who
    FROM (SELECT id AS person_id, id % (SELECT count(*) FROM town_places) AS a,
    (id + 1) % (SELECT count(*) FROM town_places) AS b FROM people) AS q JOIN town_places AS p ON p.place IN (a, b)""",
    "CREATE UNIQUE INDEX town_order ON town (engagement_id, who)",
    """INSERT INTO participations (person_id, engagement_id, finished)
    SELECT person_id, engagement_id, {yes} FROM town ORDER BY person_id, engagement_id""",
    """INSERT INTO sessions (code, person_id, engagement_id, edition_id, door, finished, touched_at)
    SELECT {code}, person_id, engagement_id, edition_id, 'telegram', person_id % 50 <> 0, :now
    FROM (SELECT person_id AS i, town.* FROM town ORDER BY person_id) AS ordered""",
    """CREATE TABLE town_steps AS SELECT 'travel' AS step, 'bus' AS chosen UNION ALL SELECT 'time', 'hour'
    UNION ALL SELECT 'ease', 'easy' UNION ALL SELECT 'help', 'ride' UNION ALL SELECT 'change', ''""",
    """INSERT INTO answers (engagement_id, respondent, step, edition_id, language, chosen, sealed, skipped)
    SELECT engagement_id, who, step, edition_id, 'en', chosen, CASE WHEN chosen = '' THEN {bytes16} END, {no}
    FROM town CROSS JOIN town_steps ORDER BY engagement_id, who, step""",
    """INSERT INTO releases (engagement_id, number, day, respondents)
    SELECT engagement_id, 1, :day, count(*) FROM town GROUP BY engagement_id""",
    """INSERT INTO release_counts (release_id, step, option, count)
    SELECT r.id, s.step, o.option, r.respondents FROM releases AS r CROSS JOIN town_steps AS s
    CROSS JOIN (SELECT '' AS option UNION ALL SELECT 'bus') AS o""",
    """INSERT INTO responses (engagement_id, respondent, edition_id, door, day, release_id)
    SELECT t.engagement_id, t.who, t.edition_id, 'telegram', :day, r.id
    FROM town AS t JOIN releases AS r ON r.engagement_id = t.engagement_id ORDER BY t.engagement_id, t.who""",
    """INSERT INTO seen (bot_id, update_id, day) SELECT :bot, i + 900000000, :day FROM {numbers}""",
    """INSERT INTO followups (organisation_id, person_id, kind, step, rule, local_day, due_at, state)
    SELECT 1, id, 'nudge', '', 'town', :day, :now, 'done' FROM people""",
    """INSERT INTO outbox (id, organisation_id, bot_id, person_id, lane, policy, state, claimer, attempts, sealed, created_at,
    due_at, reason)
    SELECT i, 1, :bot, i, 'broadcast', 'never-twice',
    CASE WHEN i % 10 = 0 THEN 'pending' WHEN i % 5000 = 1 THEN 'unknown' ELSE 'sent' END,
    '', 0, NULL, :now, :now, '' FROM {numbers}""",
    """INSERT INTO failures (code, bot_id, at, "where", sealed, trace)
    SELECT {code}, :bot, :now, 'deciding', {bytes16}, {bytes16} FROM {numbers} WHERE i <= 1000""",
    """INSERT INTO pauses (organisation_id, what, why, who, since) VALUES (1, 'everything', 'a benchmark', 'nobody', :now)""",
    "DROP TABLE town",
    "DROP TABLE town_places",
    "DROP TABLE town_steps",
)
"""In the order of what needs what; answers are written in the order in which they lie."""
