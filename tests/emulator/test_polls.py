"""Native polls: what a bot may send, how people vote, and what the bot hears of it."""

from typing import Any

import pytest
from telegram import Bot

from emulator.client import Someone, Telegram
from tests.emulator.door import Door

DAYS = ("Monday", "Friday", "Sunday")


def send(telegram: Telegram, chat: int, **more: object) -> dict[str, Any]:
    given: dict[str, Any] = {"question": "Which day?", "options": [{"text": day} for day in DAYS], "is_anonymous": False, **more}
    answer: dict[str, Any] = telegram.bot("sendPoll", chat_id=chat, **given)
    return answer


def updates(telegram: Telegram, *kinds: str) -> list[dict[str, Any]]:
    telegram.advance(3)
    found = telegram.bot("getUpdates")["result"]
    return [update[kind] for update in found for kind in kinds if kind in update]


async def test_the_library_sends_stops_and_reads_a_poll(bot: Bot, aisha: Someone) -> None:
    sent = await bot.send_poll(aisha.id, "Which day?", list(DAYS), is_anonymous=False)
    assert sent.poll is not None
    aisha.votes(1, message_id=sent.message_id)
    stopped = await bot.stop_poll(aisha.id, sent.message_id)
    assert (stopped.is_closed, [option.voter_count for option in stopped.options]) == (True, [0, 1, 0])
    answer = next(update.poll_answer for update in await bot.get_updates() if update.poll_answer)
    assert answer.user is not None
    assert (answer.poll_id, answer.option_ids, answer.user.id) == (sent.poll.id, (1,), aisha.id)
    assert not answer.api_kwargs


def test_a_vote_names_the_option_in_a_way_that_stays(telegram: Telegram, aisha: Someone) -> None:
    poll = send(telegram, aisha.id)["result"]
    aisha.votes(2, message_id=poll["message_id"])
    (answer,) = updates(telegram, "poll_answer")
    assert answer["option_persistent_ids"] == [poll["poll"]["options"][2]["persistent_id"]]
    assert len({option["persistent_id"] for option in poll["poll"]["options"]}) == 3


def test_an_anonymous_poll_tells_totals_only(telegram: Telegram, aisha: Someone) -> None:
    poll = send(telegram, aisha.id, is_anonymous=True)["result"]
    aisha.votes(0, message_id=poll["message_id"])
    assert updates(telegram, "poll_answer") == []
    (total,) = updates(telegram, "poll")
    assert (total["total_voter_count"], total["is_anonymous"]) == (1, True)


def test_polls_are_anonymous_unless_said_otherwise(telegram: Telegram, aisha: Someone) -> None:
    sent = telegram.bot("sendPoll", chat_id=aisha.id, question="?", options=[{"text": "a"}])["result"]
    assert sent["poll"]["is_anonymous"] is True


def test_a_vote_can_be_changed_and_taken_back(telegram: Telegram, aisha: Someone) -> None:
    poll = send(telegram, aisha.id)["result"]
    for options in ((0,), (1,), ()):
        aisha.votes(*options, message_id=poll["message_id"])
    assert [answer["option_ids"] for answer in updates(telegram, "poll_answer")] == [[0], [1], []]
    assert updates(telegram, "poll")[-1]["total_voter_count"] == 0


def test_several_answers_count_one_voter(telegram: Telegram, aisha: Someone) -> None:
    poll = send(telegram, aisha.id, allows_multiple_answers=True)["result"]
    aisha.votes(2, 0, message_id=poll["message_id"])
    (total,) = updates(telegram, "poll")
    assert [option["voter_count"] for option in total["options"]] == [1, 0, 1]
    assert total["total_voter_count"] == 1


@pytest.mark.parametrize(
    "more, options, words",
    [
        ({}, (0, 1), "one answer only"),
        ({}, (3,), "no such option"),
        ({"is_closed": True}, (0,), "closed"),
    ],
)
def test_a_vote_that_cannot_be_is_refused(
    more: dict[str, bool], options: tuple[int, ...], words: str, telegram: Telegram, aisha: Someone
) -> None:
    poll = send(telegram, aisha.id, **more)["result"]
    with pytest.raises(AssertionError, match=words):
        aisha.votes(*options, message_id=poll["message_id"])


def test_where_nobody_may_change_their_answer_they_cannot(telegram: Telegram, aisha: Someone) -> None:
    poll = send(telegram, aisha.id, allows_revoting=False)["result"]
    aisha.votes(0, message_id=poll["message_id"])
    with pytest.raises(AssertionError, match="change"):
        aisha.votes(1, message_id=poll["message_id"])


def test_a_stranger_to_whom_it_was_forwarded_votes_too(telegram: Telegram, aisha: Someone) -> None:
    stranger = telegram.person("Somebody")
    stranger.votes(1, poll=send(telegram, aisha.id)["result"]["poll"]["id"])
    assert [answer["user"]["id"] for answer in updates(telegram, "poll_answer")] == [stranger.id]
    protected = send(telegram, aisha.id, protect_content=True)["result"]["poll"]["id"]
    with pytest.raises(AssertionError, match="forwarded"):
        stranger.votes(1, poll=protected)


def test_a_copy_is_a_poll_of_its_own_and_a_forward_the_same(telegram: Telegram, aisha: Someone) -> None:
    original = send(telegram, aisha.id)["result"]
    aisha.votes(0, message_id=original["message_id"])
    where = {"chat_id": aisha.id, "from_chat_id": aisha.id, "message_id": original["message_id"]}
    copy = telegram.bot("copyMessage", **where)["result"]["message_id"]
    aisha.votes(1, message_id=copy)
    answers = updates(telegram, "poll_answer")
    assert answers[0]["poll_id"] != answers[1]["poll_id"]
    forward = telegram.bot("forwardMessage", **where)["result"]
    assert forward["poll"]["id"] == original["poll"]["id"]


def test_in_a_group_everybody_votes_in_one_poll(telegram: Telegram, aisha: Someone) -> None:
    group, ben = telegram.group(aisha), telegram.person("Ben")
    poll = send(telegram, group)["result"]
    aisha.votes(0, poll=poll["poll"]["id"])
    ben.votes(0, poll=poll["poll"]["id"])
    assert updates(telegram, "poll")[-1]["options"][0]["voter_count"] == 2


def test_a_poll_closes_when_its_time_is_over(telegram: Telegram, aisha: Someone) -> None:
    poll = send(telegram, aisha.id, open_period=60)["result"]
    assert poll["poll"]["close_date"] == poll["date"] + 60
    telegram.advance(61)
    telegram.await_state(pending=2)
    assert updates(telegram, "poll")[-1]["is_closed"] is True
    with pytest.raises(AssertionError, match="closed"):
        aisha.votes(0, message_id=poll["message_id"])


@pytest.mark.nonsense
@pytest.mark.parametrize(
    "more, words",
    [
        ({"question": ""}, "poll question must be non-empty"),
        ({"question": "x" * 301}, "poll question length must not exceed 300"),
        ({"options": []}, "poll must have at least 1 option"),
        ({"options": [{"text": "a"}] * 13}, "poll can't have more than 12 options"),
        ({"options": [{"text": "x" * 101}]}, "poll option length must not exceed 100"),
        ({"options": [{"text": " "}]}, "poll option must be non-empty"),
        ({"options": [1, 2]}, "can't parse InputPollOption: expected an Object"),
        ({"type": "quiz"}, "wrong correct option ID specified"),
        ({"type": "quiz", "correct_option_ids": [3]}, "wrong correct option ID specified"),
        ({"description": "x" * 1025}, "poll description length must not exceed 1024"),
    ],
)
def test_a_bad_poll_is_refused(more: dict[str, Any], words: str, telegram: Telegram, aisha: Someone) -> None:
    assert send(telegram, aisha.id, **more)["description"] == f"Bad Request: {words}"


@pytest.mark.nonsense  # the oracle counts the tags too
def test_lengths_are_measured_after_the_tags(telegram: Telegram, aisha: Someone) -> None:
    question = f"<b>{'x' * 299}</b>"
    sent = send(telegram, aisha.id, question=question, question_parse_mode="HTML")["result"]["poll"]
    assert (len(sent["question"]), sent["question_entities"][0]["type"]) == (299, "bold")


def test_a_poll_is_stopped_once(telegram: Telegram, aisha: Someone) -> None:
    poll = send(telegram, aisha.id)["result"]
    assert telegram.bot("stopPoll", chat_id=aisha.id, message_id=poll["message_id"])["result"]["is_closed"]
    again = telegram.bot("stopPoll", chat_id=aisha.id, message_id=poll["message_id"])
    assert again["description"] == "Bad Request: poll has already been closed"
    text = telegram.bot("sendMessage", chat_id=aisha.id, text="Hello")["result"]["message_id"]
    assert telegram.bot("stopPoll", chat_id=aisha.id, message_id=text)["description"] == "Bad Request: message is not a poll"
    gone = telegram.bot("stopPoll", chat_id=aisha.id, message_id=9999)
    assert gone["description"] == "Bad Request: message with poll to stop not found"


def test_votes_of_one_poll_are_delivered_one_at_a_time(telegram: Telegram, aisha: Someone, door: Door) -> None:
    polls = [send(telegram, aisha.id)["result"]["poll"]["id"] for _ in range(2)]
    telegram.bot("setWebhook", url=door.url)
    door.next().answer()
    telegram.await_state(pending=0)
    for person in (aisha, telegram.person()):
        person.votes(0, poll=polls[0])
    aisha.votes(0, poll=polls[1])
    first, other = door.next(), door.next()
    assert {delivery.update["poll"]["id"] for delivery in (first, other)} == set(polls)
    assert door.empty()
    (first if first.update["poll"]["id"] == polls[0] else other).answer()
    assert door.next().update["poll_answer"]["poll_id"] == polls[0]
