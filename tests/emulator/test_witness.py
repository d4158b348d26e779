"""An observer in the same program is shown every call and every update."""

import json

import pytest

from emulator import server
from emulator.witness import Called, Queued


@pytest.fixture
def shown() -> list[Called | Queued]:
    return []


@pytest.mark.parametrize("by_module", [False, True])
def test_a_witness_sees_every_call_and_every_update(
    by_module: bool, shown: list[Called | Queued], monkeypatch: pytest.MonkeyPatch  # noqa: FBT001
) -> None:  # fmt: skip
    monkeypatch.setattr(server, "WITNESS", shown.append if by_module else None)
    with server.running(witness=None if by_module else shown.append) as telegram:
        aisha = telegram.person("Aisha")
        aisha.starts()
        answer = telegram.bot("sendmessage", chat_id=aisha.id, text="Hello")
        telegram.bot("noSuchThing")
    update, call, refused = shown
    assert isinstance(update, Queued)
    assert json.loads(update.body)["message"]["text"] == "/start"
    assert isinstance(call, Called)
    assert (call.method, call.parameters["text"], call.status) == ("sendMessage", "Hello", 200)
    assert json.loads(call.body) == answer
    assert isinstance(refused, Called)
    assert (refused.method, refused.status) == ("noSuchThing", 404)
