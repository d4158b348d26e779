"""Native polls: sent and stopped by the bot, voted in by people, closed by the clock."""

from dataclasses import dataclass, field
from typing import Any

from emulator.entities import read_text
from emulator.keyboards import read_markup
from emulator.parameters import Parameters
from emulator.posting import edit, find_own, post
from emulator.refusals import ActRefusedError, bad
from emulator.text import units
from emulator.world import Chat, Person, World

Json = dict[str, Any]


@dataclass
class Ballot:
    """Who chose what in one poll: numbers of options, by person; and every place the poll is to be seen."""

    chat: Chat
    message_id: int
    votes: dict[int, tuple[int, ...]] = field(default_factory=dict)

    @property
    def message(self) -> Json:
        return self.chat.messages[self.message_id]


def send_poll(world: World, given: Parameters) -> Json:
    poll = _read_poll(world, given)
    markup = read_markup(given)
    return open_poll(world, post(world, given, {"poll": poll}, markup))


def open_poll(world: World, message: Json) -> Json:
    """Take votes for the poll in a message from now on; return the message."""
    poll = message["poll"]
    world.ballots[poll["id"]] = Ballot(world.chats[message["chat"]["id"]], message["message_id"])
    if "close_date" in poll:
        world.later(poll["close_date"] - world.clock.now(), lambda: _close(world, poll["id"]))
    return message


def renew(world: World, poll: Json) -> Json:
    """Return the same question as a new poll, in which nobody has voted."""
    poll_id = world.number_tap()
    options = [
        {**option, "persistent_id": f"{poll_id}-{number}", "voter_count": 0} for number, option in enumerate(poll["options"])
    ]  # fmt: skip
    return {**poll, "id": poll_id, "options": options, "total_voter_count": 0, "is_closed": False}


def stop_poll(world: World, given: Parameters) -> Json:
    markup = read_markup(given, inline_only=True)
    chat, message = find_own(world, given, "stop")
    poll = message.get("poll")
    if poll is None:
        raise bad("message is not a poll")
    if poll["is_closed"]:
        raise bad("poll has already been closed")
    closed = {**poll, "is_closed": True}
    edit(world, chat, message, {**message, "poll": closed}, markup)
    world.tell_bot("poll", closed, f"poll{poll['id']}")
    return closed


def vote(world: World, person: Person, poll_id: str, options: list[int]) -> None:
    """Choose options by number, or none to take a vote back. Raises ActRefusedError.

    Whoever was not sent the poll has it forwarded, which only protected content prevents.
    """
    ballot = world.ballots.get(poll_id)
    if ballot is None or ballot.message_id not in ballot.chat.messages:
        raise ActRefusedError("there is no such poll of the bot's")
    message, poll = ballot.message, ballot.message["poll"]
    _check_vote(ballot, person, poll, options)
    if message.get("has_protected_content") and ballot.chat.person not in (None, person):
        raise ActRefusedError("this poll cannot be forwarded, so nobody else can vote in it")
    chosen = tuple(sorted(set(options)))
    if chosen:
        ballot.votes[person.id] = chosen
    else:
        ballot.votes.pop(person.id, None)
    if ballot.chat.person is person:
        ballot.chat.chosen[ballot.message_id] = chosen
    poll = _count(ballot, poll)
    ballot.chat.put("poll", {**message, "poll": poll})
    world.flood.hear(person.id)
    _tell(world, person, poll, chosen)


def find_poll(chat: Chat, message_id: int) -> str:
    """Return the id of the poll in a message. Raises ActRefusedError."""
    poll = chat.messages.get(message_id, {}).get("poll")
    if poll is None:
        raise ActRefusedError("there is no poll in this message")
    return str(poll["id"])


def _check_vote(ballot: Ballot, person: Person, poll: Json, options: list[int]) -> None:
    if person.deactivated:
        raise ActRefusedError("this account is deleted")
    if poll["is_closed"]:
        raise ActRefusedError("this poll is closed")
    if person.id in ballot.votes and not poll["allows_revoting"]:
        raise ActRefusedError("this poll lets nobody change their answer")
    if any(one not in range(len(poll["options"])) for one in options):
        raise ActRefusedError("there is no such option in this poll")
    if len(set(options)) > 1 and not poll["allows_multiple_answers"]:
        raise ActRefusedError("this poll takes one answer only")


def _count(ballot: Ballot, poll: Json) -> Json:
    chosen = list(ballot.votes.values())
    options = [
        {**option, "voter_count": sum(number in one for one in chosen)} for number, option in enumerate(poll["options"])
    ]  # fmt: skip
    return {**poll, "options": options, "total_voter_count": len(chosen)}


def _tell(world: World, person: Person, poll: Json, chosen: tuple[int, ...]) -> None:
    """Tell the bot the totals, and who it was unless the poll is anonymous."""
    lane, update = f"poll{poll['id']}", None
    world.tell_bot("poll", poll, lane)
    if not poll["is_anonymous"]:
        answer = {
            "poll_id": poll["id"],
            "user": person.user(),
            "option_ids": list(chosen),
            "option_persistent_ids": [poll["options"][number]["persistent_id"] for number in chosen],
        }
        update = world.tell_bot("poll_answer", answer, lane)
    world.history.write("vote", person=person.id, chat=person.id, poll=poll["id"], options=chosen, update_id=update)


def _close(world: World, poll_id: str) -> None:
    """Close a poll whose time is over, unless the bot has stopped it or deleted it."""
    ballot = world.ballots[poll_id]
    message = ballot.chat.messages.get(ballot.message_id)
    if message is not None and not message["poll"]["is_closed"]:
        closed = {**message["poll"], "is_closed": True}
        ballot.chat.put("poll", {**message, "poll": closed})
        world.tell_bot("poll", closed, f"poll{poll_id}")


def _read_poll(world: World, given: Parameters) -> Json:
    """Return the Poll as it begins. Raises Refusal."""
    listed = given.data("options")
    if not isinstance(listed, list):
        raise bad("options must be an array")
    if not 1 <= len(listed) <= MOST_OPTIONS:
        raise bad("poll must have at least 1 option" if not listed else f"poll can't have more than {MOST_OPTIONS} options")
    poll_id, quiz = world.number_tap(), given.text("type") == "quiz"
    question = _read_words(given, "question", 300, "poll question")
    poll: Json = {
        "id": poll_id,
        **question,
        "options": [_read_option(poll_id, number, option) for number, option in enumerate(listed)],
        "total_voter_count": 0,
        "is_closed": given.flag("is_closed"),
        "is_anonymous": given.flag("is_anonymous") if "is_anonymous" in given else True,
        "type": "quiz" if quiz else "regular",
        "allows_multiple_answers": given.flag("allows_multiple_answers"),
        "allows_revoting": given.flag("allows_revoting") if "allows_revoting" in given else not quiz,
        "members_only": given.flag("members_only"),
    }
    if quiz:
        poll |= _read_quiz(given, len(listed))
    if given.text("description"):
        poll |= _read_words(given, "description", 1024, "poll description")
    return poll | _read_end(world, given)


def _read_option(poll_id: str, number: int, option: Any) -> Json:
    if isinstance(option, str):
        option = {"text": option}  # as it was before options could have marks, and as some libraries still send them
    if not isinstance(option, dict):
        raise bad("can't parse InputPollOption: expected an Object")
    words = _read_words(Parameters(option), "text", 100, "poll option")
    return {"persistent_id": f"{poll_id}-{number}", **words, "voter_count": 0}


def _read_words(given: Parameters, name: str, most: int, what: str) -> Json:
    """Return a text of a poll's with its entities, without those Telegram finds by itself."""
    mode = {"parse_mode": given.values.get(f"{name}_parse_mode"), "entities": given.values.get(f"{name}_entities")}
    read = read_text(Parameters({"caption": given.values.get(name), **mode}), "caption", "entities", most * MOST_MARKUP)
    text = read.get("caption", "")
    if not text:
        raise bad(f"{what} must be non-empty")
    if units(text) > most:
        raise bad(f"{what} length must not exceed {most}")
    marks = [mark for mark in read.get("entities", []) if mark["type"] not in {"url", "bot_command"}]
    return {name: text, **({f"{name}_entities": marks} if marks else {})}


def _read_quiz(given: Parameters, options: int) -> Json:
    right = given.data("correct_option_ids")
    right = [given.number("correct_option_id", -1)] if right is None else right
    if not isinstance(right, list) or not right or any(one not in range(options) for one in right):
        raise bad("wrong correct option ID specified")
    explained = _read_words(given, "explanation", 200, "explanation") if given.text("explanation") else {}
    return {"correct_option_ids": right, **explained}


def _read_end(world: World, given: Parameters) -> Json:
    period, date = given.number("open_period"), given.number("close_date")
    if period:
        return {"open_period": period, "close_date": world.today() + period}
    return {"close_date": date} if date else {}


MOST_OPTIONS = 12
MOST_MARKUP = 10  # text with its tags may be longer than without
