"""The words of a broadcast as people get them: filled in, in their language, with a button and how to stop; only words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot import buttons, campaigns, isolates
from bot.campaigns import Press
from bot.telegram.sender import compose
from conversations import merge_fields
from conversations.inputs import Invited
from conversations.phrases import PHRASES
from conversations.text import units
from storage import schema
from storage.broadcasting import compositions
from storage.broadcasting.broadcast_rows import Broadcast, Words
from storage.broadcasting.compositions import Draft
from storage.letters.claims import Recipient
from storage.letters.outbox import Letter
from storage.staffing import staff_chats
from tests.road.indoors import Indoors, indoors

SAM = Recipient(42, "en", "Sam")
STOP = PHRASES["how-to-stop"]["en"]


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Indoors]:
    folder = tmp_path_factory.mktemp("campaigns")
    with indoors(f"sqlite:///{folder}/withus.db", folder) as made:
        yield made


def write(inside: Indoors, to: Recipient, words: dict[str, str], *, opens: bool = False, paid: bool = False) -> str:
    """What somebody is sent, or "nothing"."""
    one = make(inside, words, opens=opens)
    [content] = inside.do(Press(inside.base.house, paid).write, one, [to])
    return str(content["text"]) if content else "nothing"


def make(inside: Indoors, words: dict[str, str], *, opens: bool = False, english_for_all: bool = False) -> Broadcast:
    engagement = inside.open("tests-five")[0].slug if opens else ""
    draft = Draft("To all", words, engagement=engagement, english_for_all=english_for_all)
    house = inside.base.house
    one: Broadcast = inside.do(compositions.make, (house.organisation_id, house.bot_id), draft, "author", inside.base.clock.now())
    return replace(one, texts={tag: Words(text.words, "somebody") for tag, text in one.texts.items()})


@pytest.mark.parametrize(
    "words, named, unnamed",
    [
        ("Hello {name}, how are you?", "Hello Sam, how are you?", "Hello, how are you?"),
        ("{name}, would you help?", "Sam, would you help?", "Would you help?"),
        ("Dear {name}\nHello", "Dear Sam\nHello", "Dear\nHello"),
    ],
)
def test_a_name_stands_where_it_is_known_and_leaves_no_gap_where_it_is_not(
    inside: Indoors, words: str, named: str, unnamed: str
) -> None:
    assert write(inside, SAM, {"en": words}) == f"{named}\n\n{STOP}"
    assert write(inside, replace(SAM, name=""), {"en": words}) == f"{unnamed}\n\n{STOP}"


HOSTILE = "<b>{organisation}</b> \u202eآئیں *x* [y](z)"


def test_what_fills_a_field_is_only_words_and_turns_nothing_around_it(inside: Indoors) -> None:
    said = write(inside, replace(SAM, name=HOSTILE), {"en": "Hello {name}, and {organisation}."})
    assert "<b>{organisation}</b>" in isolates.plain(said), "it is not filled in again"
    assert "\u202e" not in said
    assert isolates.unclosed(said) == 0
    assert said.index(isolates.FIRST_STRONG) < said.index("<b>")
    assert inside.base.house.organisation in isolates.plain(said)


def test_each_gets_it_in_their_language_or_a_kind_of_it_and_else_nothing_unless_english_serves(inside: Indoors) -> None:
    both = {"en": "Hello", "cy": "Helo"}
    assert write(inside, replace(SAM, language="cy"), both).startswith("Helo")
    assert write(inside, replace(SAM, language="en-x-easy"), both).startswith("Hello")
    assert write(inside, replace(SAM, language="ur"), both) == "nothing"
    one = make(inside, both, english_for_all=True)
    [content] = inside.do(Press(inside.base.house).write, one, [replace(SAM, language="ur")])
    assert content["text"].startswith("Hello")


def test_words_nobody_has_read_are_not_used(inside: Indoors) -> None:
    one = make(inside, {"en": "Hello", "cy": "Helo"})
    unread = replace(one, texts={"en": Words("Hello"), "cy": Words("Helo")})
    assert inside.do(Press(inside.base.house).write, unread, [replace(SAM, language="cy")]) == [None]


def test_the_button_opens_what_was_attached_and_nobody_elses_chat_can_use_it(inside: Indoors) -> None:
    one = make(inside, {"en": "About {engagement}, until {feedback-day}"}, opens=True)
    [content] = inside.do(Press(inside.base.house).write, one, [SAM])
    [[(label, data)]] = content["rows"]
    sign = inside.base.house.keys.sign
    assert label == "Take part"
    assert buttons.decode(data, 42, sign) == Invited(one.code)
    assert buttons.decode(data, 43, sign) is None
    assert "{" not in content["text"]


def test_a_paid_broadcast_says_so_to_telegram_and_no_other_does(inside: Indoors) -> None:
    one = make(inside, {"en": "Hello"})
    for paid in (False, True):
        [content] = inside.do(Press(inside.base.house, paid).write, one, [SAM])
        assert (b"allow_paid_broadcast" in compose(Letter(1, None, 42, "say", content))[1]) == paid


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("a {}nmeorgistu😀\u0627\n-"), max_size=5000), st.text(max_size=400))
def test_whatever_may_be_saved_fits_into_one_message_with_how_to_stop(words: str, name: str) -> None:
    kept = merge_fields.tidy({"en": words})
    if any(merge_fields.faults(kept, opens=False)):
        return
    fields = {"organisation": "The clinic group", "name": name}
    sheet = campaigns.Sheet(kept, kept, fields, opens=False)
    text = campaigns.say(sheet, replace(SAM, name=name)).text
    assert units(text) <= merge_fields.LONGEST
    assert text.endswith(STOP)


def test_a_preview_shows_each_language_and_what_a_locked_phone_shows(inside: Indoors) -> None:
    one = make(inside, {"en": "Something new\nfor you", "cy": "Helo"})
    shown = inside.do(campaigns.preview, inside.base.house, one, "en")
    assert (shown.lock_screen, shown.button) == ("Something new", "")
    assert inside.do(campaigns.preview, inside.base.house, one, "cy").text.startswith("Helo")


@pytest.mark.parametrize(
    "words, rule",
    [
        ("Your depression group meets again.", "lock-screen"),
        ("Hurry, this is your last chance to answer.", "pressure"),
        ("We ask all service users.", "jargon"),
    ],
)
def test_what_a_kind_colleague_would_say_is_said(words: str, rule: str) -> None:
    assert rule in [problem.rule for problem in campaigns.advise(words)]
    assert campaigns.advise("There is something new to take part in, if you like.") == []


def test_the_title_of_an_engagement_may_not_give_anything_away_on_a_locked_screen() -> None:
    words = "{engagement}: would you like to take part?"
    assert campaigns.advise(words, "The park") == []
    assert [problem.rule for problem in campaigns.advise(words, "Your depression group")] == ["lock-screen"]


def test_a_test_goes_to_ones_own_chat_as_a_reply_that_counts_for_nothing(inside: Indoors) -> None:
    house, now = inside.base.house, inside.base.clock.now()
    one = make(inside, {"en": "Hello {name}!"})
    row = {
        "code": "a" * 16,
        "organisation_id": house.organisation_id,
        "name": "Kim",
        "email": "kim@example.org",
        "role": "officer",
    }
    times = {"reviewed_at": now, "created_at": now, "state": "active"}
    staff_id = inside.do(lambda db: db.scalars(schema.staff.insert().values(row | times).returning(schema.staff.c.id)).one())
    assert inside.do(campaigns.send_to_self, house, one, staff_id, "en", now) == 0
    code = inside.do(staff_chats.make_code, staff_id, now)
    inside.do(staff_chats.take_code, house.keys, code, house.bot_id, 77, now)
    assert inside.do(campaigns.send_to_self, house, one, staff_id, "en", now) == 1
    [letter] = inside.do(lambda db: db.execute(select(schema.outbox)).all())
    assert (letter.lane, letter.state, letter.due_at, letter.broadcast_id) == ("reply", "pending", None, None)
