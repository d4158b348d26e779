"""What a bot may rely on, asked of our local Telegram and, when a person names a real bot, of the real one.

docs/emulator.md tells how. It writes a dozen messages into one chat, takes most of them away, and changes no settings for others.
"""

import time
from collections.abc import Iterator

import pytest

from tests.contract.servers import SERVERS, Server, real

pytestmark = pytest.mark.promise("P25")
YES = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with SERVERS[request.param]() as opened:
        yield opened


def test_the_bot_is_told_who_it_is(server: Server) -> None:
    status, me = server.call("getMe")
    assert (status, me["is_bot"], me["id"]) == (200, True, int(server.token.split(":")[0]))
    assert me["username"].lower().endswith("bot")


def test_the_name_of_a_method_may_be_written_in_any_letters(server: Server) -> None:
    assert server.call("GETme") == server.call("getMe")


def test_what_was_sent_comes_back_with_its_marks_read(server: Server) -> None:
    message = server.say("<b>Hello</b> &amp; welcome 😀", parse_mode="HTML")
    assert message["text"] == "Hello & welcome 😀"
    assert message["entities"] == [{"type": "bold", "offset": 0, "length": 5}]
    assert message["chat"]["id"] == server.chat
    assert abs(message["date"] - time.time()) < 300


def test_an_edit_changes_the_text_and_takes_buttons_that_are_not_sent_again(server: Server) -> None:
    message = server.say("Coming?", reply_markup=YES)
    at = {"chat_id": server.chat, "message_id": message["message_id"]}
    status, edited = server.call("editMessageText", **at, text="You are coming.")
    assert (status, edited["text"]) == (200, "You are coming.")
    assert message["reply_markup"] == YES
    assert "reply_markup" not in edited
    assert edited["edit_date"] >= edited["date"] == message["date"]


def test_an_edit_that_changes_nothing_is_refused(server: Server) -> None:
    message = server.say("The same")
    at = {"chat_id": server.chat, "message_id": message["message_id"]}
    assert server.call("editMessageText", **at, text="The same") == (400, f"Bad Request: {NOT_MODIFIED}")


def test_a_deleted_message_can_neither_be_edited_nor_deleted_again(server: Server) -> None:
    message = server.say("Soon gone")
    at = {"chat_id": server.chat, "message_id": message["message_id"]}
    assert server.call("deleteMessage", **at) == (200, True)
    assert server.call("editMessageText", **at, text="Back?") == (400, "Bad Request: message to edit not found")
    assert server.call("deleteMessage", **at) == (400, "Bad Request: message to delete not found")


def test_a_tap_nobody_made_cannot_be_answered(server: Server) -> None:
    old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert server.call("answerCallbackQuery", callback_query_id="1234567890") == (400, old)


@pytest.mark.parametrize("text", ["x" * 4096, "😀" * 2048], ids=["letters", "pictures"])
def test_a_text_may_have_4096_units_and_not_one_more(server: Server, text: str) -> None:
    assert server.say(text)["text"] == text
    assert server.call("sendMessage", chat_id=server.chat, text=text + "x") == (400, "Bad Request: message is too long")


def test_marks_do_not_count_towards_the_length(server: Server) -> None:
    assert len(server.say(f"<b>{'x' * 4096}</b>", parse_mode="HTML")["text"]) == 4096


@pytest.mark.parametrize("text", ["", " \n "], ids=["nothing", "blanks"])
def test_a_text_cannot_be_empty(server: Server, text: str) -> None:
    assert server.call("sendMessage", chat_id=server.chat, text=text) == (400, "Bad Request: message text is empty")


@pytest.mark.parametrize(
    "source, problem",
    [
        ("<b>open", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<blink>no</blink>", 'Unsupported start tag "blink" at byte offset 0'),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
    ],
)
def test_marks_that_make_no_sense_are_refused(server: Server, source: str, problem: str) -> None:
    told = server.call("sendMessage", chat_id=server.chat, text=source, parse_mode="HTML")
    assert told == (400, f"Bad Request: can't parse entities: {problem}")


def test_a_button_may_carry_64_bytes_and_not_one_more(server: Server) -> None:
    def button(data: str) -> dict[str, object]:
        return {"inline_keyboard": [[{"text": "Yes", "callback_data": data}]]}

    server.say("Coming?", reply_markup=button("é" * 32))
    refused = server.call("sendMessage", chat_id=server.chat, text="Coming?", reply_markup=button("é" * 32 + "x"))
    assert refused == (400, "Bad Request: BUTTON_DATA_INVALID")


def test_a_chat_that_is_not_there_is_refused(server: Server) -> None:
    assert server.call("sendMessage", chat_id=1, text="Anybody?") == (400, "Bad Request: chat not found")
    assert server.call("sendMessage", text="Anybody?") == (400, "Bad Request: chat_id is empty")


def test_a_method_that_is_not_there_is_refused(server: Server) -> None:
    assert server.call("sendLove", chat_id=server.chat) == (404, "Not Found")


def test_a_wrong_token_opens_nothing(server: Server) -> None:
    stranger = Server(server.url, server.token[:-4] + "none", server.chat)
    assert stranger.call("getMe") == (401, "Unauthorized")


def test_commands_are_kept_apart_for_each_scope(server: Server) -> None:
    here = {"scope": {"type": "chat", "chat_id": server.chat}}
    commands = [{"command": "start", "description": "Begin"}]
    assert server.call("setMyCommands", **here, commands=commands) == (200, True)
    assert server.call("getMyCommands", **here) == (200, commands)
    assert server.call("deleteMyCommands", **here) == (200, True)
    assert server.call("getMyCommands", **here) == (200, [])


@pytest.mark.parametrize("command", ["Start", "two words", "", "x" * 33])
def test_a_command_has_small_letters_and_no_more_than_32(server: Server, command: str) -> None:
    here = {"scope": {"type": "chat", "chat_id": server.chat}}
    status, told = server.call("setMyCommands", **here, commands=[{"command": command, "description": "Begin"}])
    assert (status, told.split(":")[0]) == (400, "Bad Request")


NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)


def test_a_person_can_hold_the_same_against_a_server_of_their_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    with SERVERS["ours"]() as ours:
        monkeypatch.setenv("WITHUS_REAL_TOKEN", ours.token)
        monkeypatch.setenv("WITHUS_REAL_CHAT", str(ours.chat))
        monkeypatch.setenv("WITHUS_REAL_URL", ours.url)
        with real() as server:
            assert server == ours
            server.say("Hello")
