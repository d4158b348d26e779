"""After a restore nobody is signed in by what the backup held, and everybody is looked at again."""

from sqlalchemy import Connection, func, select

from storage import schema
from storage.staffing import staff
from tests.keeping.installation import Installation
from tests.keeping.people import fill
from tests.keeping.test_restoring import look
from tests.storage.world import World


def count(db: Connection) -> dict[str, int]:
    tables = (schema.signins, schema.enrolments, schema.chat_codes)
    return {table.name: db.scalars(select(func.count()).select_from(table)).one() for table in tables}


def test_no_sign_in_and_no_link_survives_a_restore_and_everybody_is_due_for_review(home: Installation, world: World) -> None:
    fill(world)
    assert all(look(home, count).values())
    home.command("restore", str(home.back_up()), "--replace")
    assert set(look(home, count).values()) == {0}
    everybody = look(home, lambda db: staff.load(db, world.organisation_id))
    assert len(everybody) == 2
    assert all(one.reviewed_at == staff.LONG_AGO for one in everybody)
