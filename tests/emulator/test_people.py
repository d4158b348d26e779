"""People do here what people do on a phone, and no more."""

import asyncio

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import ChatMigrated

from emulator.client import Someone, Telegram

YES_NO = InlineKeyboardMarkup(
    [[InlineKeyboardButton("Yes, please", callback_data="y")], [InlineKeyboardButton("Yes", callback_data="z")]]
)


async def test_start_carries_the_links_code(bot: Bot, telegram: Telegram) -> None:
    telegram.person().starts("CODE-1")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.text == "/start CODE-1"
    assert update.message.entities[0].type == "bot_command"
    assert update.message.from_user is not None
    assert update.message.from_user.language_code == "en"


async def test_a_tap_brings_the_message_and_the_buttons_data(bot: Bot, aisha: Someone) -> None:
    sent = await bot.send_message(aisha.id, "Coming?", reply_markup=YES_NO)
    query_id = aisha.taps("Yes")
    query = (await bot.get_updates())[-1].callback_query
    assert query is not None
    assert (query.id, query.data, query.from_user.id) == (query_id, "z", aisha.id)
    assert query.message == sent


async def test_part_of_a_label_is_enough_when_no_label_is_exactly_that(bot: Bot, aisha: Someone) -> None:
    await bot.send_message(aisha.id, "Coming?", reply_markup=YES_NO)
    aisha.taps("PLEASE")
    query = (await bot.get_updates())[-1].callback_query
    assert query is not None
    assert query.data == "y"


async def test_the_newest_message_with_buttons_is_meant(bot: Bot, aisha: Someone) -> None:
    for name in ("old", "new"):
        markup = InlineKeyboardMarkup.from_button(InlineKeyboardButton("Go", callback_data=name))
        await bot.send_message(aisha.id, name, reply_markup=markup)
    await bot.send_message(aisha.id, "no buttons")
    aisha.taps("Go")
    query = (await bot.get_updates())[-1].callback_query
    assert query is not None
    assert query.data == "new"


async def test_a_button_can_be_found_by_its_row_and_column(bot: Bot, telegram: Telegram, aisha: Someone) -> None:
    sent = await bot.send_message(aisha.id, "Coming?", reply_markup=YES_NO)
    telegram.post(f"/sim/people/{aisha.id}/tap", {"message_id": sent.message_id, "row": 1, "column": 0})
    query = (await bot.get_updates())[-1].callback_query
    assert query is not None
    assert query.data == "z"


async def test_a_button_that_is_not_there_cannot_be_tapped(bot: Bot, aisha: Someone) -> None:
    sent = await bot.send_message(aisha.id, "Coming?", reply_markup=YES_NO)
    with pytest.raises(AssertionError, match="there is no such button"):
        aisha.taps_data("forged", message_id=sent.message_id)
    await sent.edit_reply_markup(None)
    with pytest.raises(AssertionError, match="there is no such button"):
        aisha.taps_data("y", message_id=sent.message_id)


async def test_a_tap_can_be_forged(bot: Bot, aisha: Someone) -> None:
    aisha.taps_data("forged", message_id=12_345, force=True)
    query = (await bot.get_updates())[-1].callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.message.is_accessible) == ("forged", False)


async def test_a_changed_message_arrives_as_an_edit(bot: Bot, aisha: Someone) -> None:
    message_id = aisha.says("helo")
    aisha.edits(message_id, "hello")
    edited = (await bot.get_updates())[-1].edited_message
    assert edited is not None
    assert (edited.message_id, edited.text) == (message_id, "hello")


async def test_blocking_and_coming_back_are_told_to_the_bot(bot: Bot, aisha: Someone) -> None:
    aisha.blocks()
    aisha.starts()
    blocked, back, started = (await bot.get_updates())[1:]
    assert blocked.my_chat_member is not None
    assert back.my_chat_member is not None
    assert started.message is not None
    assert [change.new_chat_member.status for change in (blocked.my_chat_member, back.my_chat_member)] == ["kicked", "member"]


def test_who_has_blocked_the_bot_cannot_write_to_it(aisha: Someone) -> None:
    aisha.blocks()
    with pytest.raises(AssertionError, match="has blocked the bot"):
        aisha.says("hello")


async def test_a_very_long_text_arrives_in_pieces(bot: Bot, aisha: Someone) -> None:
    aisha.says("x" * 5000)
    pieces = [update.message.text for update in await bot.get_updates() if update.message and update.message.text]
    assert [len(piece) for piece in pieces[1:]] == [4096, 904]


async def test_a_bot_hears_of_a_group_and_can_leave_it(bot: Bot, telegram: Telegram, aisha: Someone) -> None:
    group = telegram.group(aisha, "Neighbours")
    aisha.says("hello everyone", chat=group)
    joined, service, message = (updates := await bot.get_updates())[1:]
    assert joined.my_chat_member is not None
    assert joined.my_chat_member.chat.title == "Neighbours"
    assert service.message is not None
    assert service.message.new_chat_members[0].id == bot.id
    assert message.message is not None
    assert (message.message.chat.type, message.message.text) == ("group", "hello everyone")
    await bot.send_message(group, "I only talk in private.")
    assert await bot.leave_chat(group)
    aisha.says("gone?", chat=group)
    last = (await bot.get_updates(updates[-1].update_id + 1))[-1]
    assert last.my_chat_member is not None
    assert last.my_chat_member.new_chat_member.status == "left"
    assert (
        telegram.bot("sendMessage", chat_id=group, text="x")["description"] == "Forbidden: bot is not a member of the group chat"
    )
    assert [view["text"] for view in telegram.get(f"/sim/groups/{group}/chat")["messages"]][1:3] == [
        "hello everyone",
        "I only talk in private.",
    ]


def test_a_person_who_hears_nothing_shows_the_chat(aisha: Someone) -> None:
    aisha.says("Is anybody there?")
    with pytest.raises(AssertionError, match=r"(?s)heard nothing more.*Aisha: Is anybody there\?"):
        aisha.hears(wait=0)
    with pytest.raises(AssertionError, match="no button 'Yes' appeared"):
        aisha.taps("Yes", wait=0)


async def test_messages_are_heard_one_after_the_other(bot: Bot, aisha: Someone) -> None:
    for word in ("one", "two"):
        await bot.send_message(aisha.id, word)
    assert [aisha.hears().text, aisha.hears().text] == ["one", "two"]
    aisha.hears_nothing()
    assert (aisha.sees(), aisha.sees()) == (["one", "two"], [])


async def test_a_chat_can_be_awaited_with_others(bot: Bot, telegram: Telegram, aisha: Someone) -> None:
    other = telegram.person()
    other.starts()
    await bot.send_message(aisha.id, "for Aisha")
    views = telegram.get("/sim/chats", after=f"{aisha.id}:1,{other.id}:1", wait=5)
    assert list(views) == [str(aisha.id)]
    assert views[str(aisha.id)]["messages"][-1]["text"] == "for Aisha"


@pytest.mark.parametrize(
    "path, given",
    [
        ("/sim/people/1/send", {"text": "x"}),
        ("/sim/people/1/start", {}),
        ("/sim/groups", {"person": 1}),
        ("/sim/people/x/send", {"text": "x"}),
        ("/sim/renumber", {}),
        ("/sim/clock", {"advance": "soon"}),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(path: str, given: dict[str, object], telegram: Telegram) -> None:
    with pytest.raises(AssertionError, match=r"there is no person|cannot read the request"):
        telegram.post(path, given)


@pytest.mark.parametrize("given", [{"text": " "}, {"kind": "elephant"}, {"edit": 999, "text": "x"}])
def test_nobody_can_send(given: dict[str, object], telegram: Telegram, aisha: Someone) -> None:
    with pytest.raises(AssertionError, match=r"nothing to send|nobody can send|no such text"):
        telegram.post(f"/sim/people/{aisha.id}/send", given)


async def test_only_new_words_mark_a_message_as_changed(bot: Bot, aisha: Someone) -> None:
    sent = await bot.send_message(aisha.id, "Coming?", reply_markup=YES_NO)
    await sent.edit_reply_markup(None)
    assert not aisha.chat()["messages"][-1]["edited"]
    await sent.edit_text("Thank you")
    assert aisha.chat()["messages"][-1]["edited"]


async def test_a_tap_waits_for_its_button_to_appear(bot: Bot, aisha: Someone) -> None:
    tapping = asyncio.create_task(asyncio.to_thread(aisha.taps, "Yes"))
    await bot.send_message(aisha.id, "Coming?", reply_markup=YES_NO)
    assert await bot.answer_callback_query(await tapping)


def test_every_person_is_listed(telegram: Telegram) -> None:
    names = [telegram.person().first_name for _ in range(25)]
    listed = telegram.get("/sim/people")
    assert [person["first_name"] for person in listed] == names
    assert len({person["id"] for person in listed}) == 25


async def test_a_tap_on_a_message_that_is_gone_shows_no_message(bot: Bot, aisha: Someone) -> None:
    sent = await bot.send_message(aisha.id, "Coming?", reply_markup=YES_NO)
    await sent.delete()
    aisha.taps_data("y", message_id=sent.message_id, force=True)
    query = (await bot.get_updates())[-1].callback_query
    assert query is not None
    assert query.message is not None
    assert not query.message.is_accessible
    assert (query.message.message_id, query.data) == (sent.message_id, "y")
    assert await query.answer()


async def test_a_group_that_became_a_supergroup_is_refused_with_its_new_id(bot: Bot, telegram: Telegram, aisha: Someone) -> None:
    group = telegram.group(aisha, "Neighbours")
    new = telegram.post(f"/sim/groups/{group}/migrate", {"person": aisha.id})["id"]
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(group, "Hello")
    assert moved.value.new_chat_id == new
    assert (await bot.send_message(new, "Hello")).chat.type == "supergroup"
    told = [update.message for update in await bot.get_updates() if update.message]
    assert [(message.migrate_to_chat_id, message.migrate_from_chat_id) for message in told[-2:]] == [(new, None), (None, group)]


@pytest.mark.parametrize("payload", ["x" * 65, "with space", "ü"])
def test_a_link_carries_only_what_telegram_lets_it(payload: str, telegram: Telegram) -> None:
    with pytest.raises(AssertionError, match="a link carries"):
        telegram.person().starts(payload)
    telegram.person().starts("x" * 64)
