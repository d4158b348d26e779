"""Updates wait for the bot under Telegram's rules: confirming, limits, expiry, one poller."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from telegram import Bot
from telegram.error import Conflict

from emulator.client import Someone, Telegram
from emulator.clock import Clock
from emulator.history import History
from emulator.refusals import OTHER_POLLER, POLL_ENDED_BY_WEBHOOK, WEBHOOK_ACTIVE
from emulator.updates import UpdateQueue
from tests.emulator.door import Door


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def poll(telegram: Telegram, **parameters: object) -> list[dict[str, Any]]:
    """Ask for updates, long enough after the last time that Telegram does not slow the same question down."""
    telegram.advance(3)
    updates: list[dict[str, Any]] = telegram.bot("getUpdates", **parameters)["result"]
    return updates


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


def start_waiting(telegram: Telegram, threads: ThreadPoolExecutor, **parameters: object) -> "Future[dict[str, Any]]":
    """Begin a long poll in a thread and return when it waits."""
    answer = threads.submit(telegram.bot, "getUpdates", timeout=50, **parameters)
    telegram.await_state(polling=True)
    return answer


def test_what_is_not_confirmed_comes_again(telegram: Telegram, aisha: Someone) -> None:
    aisha.says("one")
    assert texts(poll(telegram)) == texts(poll(telegram)) == ["/start", "one"]


def test_an_offset_confirms_everything_below_it(telegram: Telegram, aisha: Someone) -> None:
    aisha.says("one")
    aisha.says("two")
    first = poll(telegram, limit=1)[0]["update_id"]
    assert texts(poll(telegram, offset=first + 1)) == ["one", "two"]
    assert telegram.state()["pending"] == 2
    assert texts(poll(telegram, offset=first)) == ["one", "two"]


def test_a_negative_offset_forgets_all_but_the_last(telegram: Telegram, aisha: Someone) -> None:
    for number in range(5):
        aisha.says(str(number))
    assert texts(poll(telegram, offset=-2)) == ["3", "4"]
    assert telegram.state()["pending"] == 2


@pytest.mark.parametrize("limit, given", [(1, 1), (7, 7), (100, 100), (0, 100), (101, 100), (None, 100)])
def test_a_limit_is_from_1_to_100(limit: int | None, given: int, telegram: Telegram, aisha: Someone) -> None:
    for number in range(110):
        aisha.says(str(number))
    assert len(poll(telegram, **({} if limit is None else {"limit": limit}))) == given


def test_updates_are_numbered_in_order_without_gaps(telegram: Telegram, aisha: Someone) -> None:
    for number in range(3):
        aisha.says(str(number))
    numbers = [update["update_id"] for update in poll(telegram)]
    assert numbers == list(range(numbers[0], numbers[0] + 4))


def test_a_long_poll_wakes_when_something_comes(telegram: Telegram, threads: ThreadPoolExecutor) -> None:
    waiting = start_waiting(telegram, threads)
    telegram.person().says("hello")
    assert texts(waiting.result(5)["result"]) == ["hello"]


def test_a_poll_without_timeout_returns_at_once(telegram: Telegram) -> None:
    assert poll(telegram) == []


def test_a_second_long_poll_ends_the_first(telegram: Telegram, threads: ThreadPoolExecutor) -> None:
    first = start_waiting(telegram, threads)
    second = threads.submit(telegram.bot, "getUpdates", timeout=50)
    assert first.result(5) == {"ok": False, "error_code": 409, "description": f"Conflict: {OTHER_POLLER}"}
    telegram.person().says("hello")
    assert texts(second.result(5)["result"]) == ["hello"]


def test_a_short_poll_leaves_the_long_one_alone(telegram: Telegram, threads: ThreadPoolExecutor) -> None:
    waiting = start_waiting(telegram, threads)
    assert poll(telegram) == []
    telegram.person().says("hello")
    assert waiting.result(5)["ok"]


async def test_nobody_can_poll_while_a_webhook_is_set(bot: Bot) -> None:
    await bot.set_webhook("http://127.0.0.1:9/hook")
    with pytest.raises(Conflict, match=WEBHOOK_ACTIVE.split(";", maxsplit=1)[0]):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


def test_setting_a_webhook_ends_the_poll_that_waits(telegram: Telegram, threads: ThreadPoolExecutor) -> None:
    waiting = start_waiting(telegram, threads)
    telegram.bot("setWebhook", url="http://127.0.0.1:9/hook")
    assert waiting.result(5)["description"] == f"Conflict: {POLL_ENDED_BY_WEBHOOK}"


def test_only_the_wanted_kinds_of_update_come(telegram: Telegram, aisha: Someone) -> None:
    poll(telegram, allowed_updates=["edited_message"])
    aisha.edits(aisha.says("helo"), "hello")
    assert [list(update)[1] for update in poll(telegram, offset=-1)] == ["edited_message"]
    poll(telegram, allowed_updates=[])
    aisha.says("again")
    assert texts(poll(telegram, offset=-1)) == ["again"]


def test_what_is_wanted_is_remembered_until_said_anew(telegram: Telegram) -> None:
    poll(telegram, allowed_updates=["callback_query"])
    poll(telegram)
    telegram.person().says("hello")
    assert poll(telegram) == []
    assert telegram.bot("getWebhookInfo")["result"]["allowed_updates"] == ["callback_query"]


def test_a_tap_expires_after_150_seconds(telegram: Telegram, aisha: Someone) -> None:
    message_id = aisha.says("hello")
    aisha.taps_data("forged", message_id=message_id, force=True)
    telegram.advance(145)
    assert [list(update)[1] for update in poll(telegram)] == ["message", "message", "callback_query"]
    telegram.advance(2)
    assert [list(update)[1] for update in poll(telegram)] == ["message", "message"]
    assert telegram.log(what="expired")[0]["kind"] == "callback_query"


def test_a_message_expires_after_a_day(telegram: Telegram, aisha: Someone) -> None:
    telegram.advance(86_399)
    assert telegram.state()["pending"] == 1
    telegram.advance(2)
    assert telegram.state()["pending"] == 0
    assert poll(telegram) == []
    assert "/start" in aisha.transcript()


def test_a_full_queue_drops_what_comes_after() -> None:
    clock = Clock()
    updates = UpdateQueue(clock, History(clock))
    assert updates.capacity == 100_000
    updates.capacity = 10
    kept = [updates.add("message", {"text": str(number)}, "chat1", 86_400) for number in range(12)]
    assert kept[10:] == [None, None]
    assert [update.update_id for update in updates.take(100)] == [update.update_id for update in kept[:10] if update]


def test_a_queue_holds_only_so_many_bytes() -> None:
    clock = Clock()
    history = History(clock)
    updates = UpdateQueue(clock, history)
    assert updates.most_bytes == 128 * 1024 * 1024
    updates.most_bytes = 1000
    kept = [updates.add("message", {"text": "x" * 300}, "chat1", 86_400) for _ in range(4)]
    assert [update is not None for update in kept] == [True, True, False, False]
    assert (updates.dropped, history.entries[0]["reason"]) == (2, "Queue is full")
    updates.confirm(updates.next_id)
    assert updates.size == 0
    assert updates.add("message", {"text": "room again"}, "chat1", 86_400) is not None


def test_an_update_that_is_too_big_is_dropped_alone(telegram: Telegram, aisha: Someone) -> None:
    queue = UpdateQueue(Clock(), History(Clock()))
    assert queue.add("message", {"text": "x" * 512 * 1024}, "chat1", 86_400) is None
    assert queue.add("message", {"text": "x" * 511 * 1024}, "chat1", 86_400) is not None
    assert (queue.dropped, telegram.state()["dropped"]) == (1, 0)
    assert aisha.sees() == []


def test_one_answer_holds_no_more_than_four_megabytes() -> None:
    queue = UpdateQueue(Clock(), History(Clock()))
    for _ in range(12):
        queue.add("message", {"text": "x" * 500 * 1024}, "chat1", 86_400)
    assert len(queue.take(100)) == 8


@pytest.mark.parametrize("delivered", [False, True])
def test_what_a_person_did_to_the_bot_or_a_poll_expires_after_a_day(
    delivered: bool, telegram: Telegram, aisha: Someone, door: Door  # noqa: FBT001
) -> None:  # fmt: skip
    if delivered:
        telegram.bot("setWebhook", url=door.url)
    poll = telegram.bot("sendPoll", chat_id=aisha.id, question="?", options=[{"text": "a"}], is_anonymous=False)["result"]
    aisha.votes(0, message_id=poll["message_id"])
    aisha.blocks()
    assert telegram.state()["pending"] == 4
    telegram.advance(86_402)
    if delivered:
        for _ in range(4):
            door.next(1).answer(500) if not door.empty() else None
    assert telegram.state()["pending"] == 0
    kinds = sorted(entry["kind"] for entry in telegram.log(what="expired"))
    assert kinds == ["message", "my_chat_member", "poll", "poll_answer"]


def test_the_same_question_at_once_gets_one_update(telegram: Telegram, aisha: Someone) -> None:
    aisha.says("one")
    assert len(poll(telegram)) == 2
    assert len(telegram.bot("getUpdates")["result"]) == 1
    telegram.advance(0.6)
    assert len(telegram.bot("getUpdates")["result"]) == 2


def test_the_same_question_again_soon_has_to_wait(telegram: Telegram, threads: ThreadPoolExecutor) -> None:
    poll(telegram)
    again = threads.submit(telegram.bot, "getUpdates")
    telegram.await_state(polling=True)
    telegram.person().says("hello")
    assert texts(again.result(5)["result"]) == ["hello"]


def test_conflicts_again_and_again_are_told_slowly(telegram: Telegram, door: Door, threads: ThreadPoolExecutor) -> None:
    telegram.bot("setWebhook", url=door.url)
    assert telegram.bot("getUpdates")["error_code"] == 409
    second = threads.submit(telegram.bot, "getUpdates")
    begun = time.monotonic()
    while not second.done():
        telegram.advance(0.5)
    assert second.result()["error_code"] == 409
    assert telegram.get("/sim/clock")["ahead"] + time.monotonic() - begun >= 3


def test_updates_thrown_away_are_written_down(telegram: Telegram, aisha: Someone) -> None:
    aisha.says("one")
    poll(telegram, offset=-1)
    telegram.bot("deleteWebhook", drop_pending_updates=True)
    first, second = telegram.log(what="thrown away")
    assert (len(first["updates"]), len(second["updates"])) == (1, 1)


def test_an_offset_far_in_the_future_is_taken_for_a_mistake(telegram: Telegram, aisha: Someone) -> None:
    after = poll(telegram)[0]["update_id"] + 1
    assert texts(poll(telegram, offset=after + 11)) == ["/start"]
    assert poll(telegram, offset=after + 10) == []
    assert aisha.sees() == []


def test_numbers_can_begin_anew(telegram: Telegram, aisha: Someone) -> None:
    telegram.renumber(7)
    aisha.says("hello")
    assert [update["update_id"] for update in poll(telegram)] == [7, 8]


def test_confirmed_updates_can_be_delivered_again(telegram: Telegram, aisha: Someone) -> None:
    (first,) = poll(telegram)
    assert poll(telegram, offset=first["update_id"] + 1) == []
    telegram.repeat(1)
    assert poll(telegram, offset=first["update_id"] + 1) == [first]
    assert poll(telegram, offset=first["update_id"] + 1) == []
    assert aisha.chat()["seq"] == 1


def test_any_object_can_be_put_into_the_queue(telegram: Telegram) -> None:
    number = telegram.raw({"brand_new_thing": {"a": 1}})
    telegram.raw({"update_id": 5, "message": None}, keep=True)
    assert poll(telegram) == [{"update_id": 5, "message": None}, {"brand_new_thing": {"a": 1}, "update_id": number}]


async def test_text_that_is_no_json_spoils_the_whole_batch(telegram: Telegram, bot: Bot) -> None:
    telegram.raw('{"update_id": 1, "message": ')
    with pytest.raises(Exception, match="Invalid server response"):
        await bot.get_updates()
