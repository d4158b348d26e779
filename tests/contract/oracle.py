"""What aiogram and python-telegram-bot, each by itself, find wrong with one call of the Bot API, or with one update."""

import functools
import re
import typing
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import aiogram.methods
import aiogram.types
import orjson
import telegram
from pydantic import BaseModel, TypeAdapter, ValidationError

from emulator.witness import Called, Queued
from tests.contract.sizes import Size, sizes

Json = dict[str, Any]


def judge_call(call: Called) -> Iterator[str]:
    """Say what is wrong with the answer and, where it was an acceptance, with what was accepted.

    A refused request is not judged: a test that sends nonsense wants it refused, and a bot that is refused fails its own test.
    """
    if not call.body.startswith(b"{"):
        return  # cut, or a page of a proxy's: a fault, and meant
    model = METHODS.get(call.method.lower())
    if model is aiogram.methods.GetUpdates and call.status == DONE:
        yield from _request(model, call.parameters, None)
        return  # each update was judged when it was queued
    answer = orjson.loads(call.body)
    if call.status != DONE:
        yield from _refusal(answer, call.status)
    elif model is None:
        yield "was answered, and there is no such method"
    elif set(answer) - {"description"} != {"ok", "result"} or answer["ok"] is not True:
        yield f"was answered {call.body[:80]!r}"
    else:
        yield from _request(model, call.parameters, answer["result"])
        yield from _told(call.body, answer["result"], model.__returning__)


def judge_update(update: Queued) -> Iterator[str]:
    """Say what is wrong with an update as the bot will get it; what a test put into the queue by hand is its own affair."""
    if update.kind != "raw":
        yield from _told(update.body, orjson.loads(update.body), aiogram.types.Update)


def _refusal(answer: Json, status: int) -> Iterator[str]:
    if answer.get("ok") is not False or answer.get("error_code") != status or not answer.get("description"):
        yield f"was refused with {answer}"
    yield from _unknown(answer, {"ok", "error_code", "description", "parameters"}, "refusal")
    if "parameters" in answer:
        yield from _read(aiogram.types.ResponseParameters, answer["parameters"])


def _request(model: type[BaseModel], parameters: Json, result: Any) -> Iterator[str]:
    given = {name: _plain(model, name, value) for name, value in parameters.items()}
    attached = {name for name in given if _is_upload(given[name]) and f"attach://{name}" in str(parameters)}
    yield from _unknown(given, attached | set(model.model_fields), "request")
    try:
        read = model.model_validate({name: _upload(value) for name, value in given.items()})
    except ValidationError as problem:
        yield f"request: {_say(problem)}"
        return
    for name, value in given.items():
        if name in model.model_fields and not isinstance(value, str) and not _is_upload(value):
            yield from _compare(getattr(read, name), value, f"request.{name}")
    yield from _request_sizes(model, given, result)


def _request_sizes(model: type[BaseModel], given: Json, result: Any) -> Iterator[str]:
    for name, size in sizes(model).items():
        text = given.get(name)
        if size.parsed and "parse_mode" in given and isinstance(result, dict):
            text = result.get(name, text)
        yield from _measure(size, text, f"request.{name}")


def _told(body: bytes, raw: Any, kind: Any) -> Iterator[str]:
    wrong = list(_read(kind, raw))
    yield from wrong
    form = (kind, VALUES.sub(b"", body))
    if not wrong and form not in _SEEN:
        _SEEN.add(form)
        yield from _read_by_ptb(_adapter(kind).validate_python(raw), raw)


def _read(kind: Any, raw: Any) -> Iterator[str]:
    try:
        read = _adapter(kind).validate_python(raw)
    except ValidationError as problem:
        yield _say(problem)
        return
    yield from _compare(read, raw, getattr(kind, "__name__", "result"))


def _compare(read: Any, raw: Any, at: str) -> Iterator[str]:
    """Hold what a model read beside what it was given: it forgives too much, such as unknown fields and numbers as text."""
    if isinstance(read, BaseModel):
        names = _names(type(read))
        yield from _unknown(raw, names, at)
        for name in raw.keys() & names.keys():
            yield from _compare(getattr(read, names[name]), raw[name], f"{at}.{name}")
            yield from _measure(sizes(type(read)).get(names[name]), raw[name], f"{at}.{name}")
    elif isinstance(read, list):
        for number, (each, value) in enumerate(zip(read, raw, strict=True)):
            yield from _compare(each, value, f"{at}[{number}]")
    elif isinstance(read, datetime):
        if type(raw) is not int or not 0 <= raw < END_OF_TIME:
            yield f"{at}: {raw!r} is no time in seconds"
    elif type(read) is not type(raw) and not (isinstance(read, float) and type(raw) is int):
        yield f"{at}: {raw!r} where {read!r} is meant"
    elif raw is None:
        yield f"{at}: null, where Telegram leaves the field out"


def _measure(size: Size | None, text: Any, at: str) -> Iterator[str]:
    if size is not None and isinstance(text, str) and (fault := size.fault(text)):
        yield f"{at}: {fault}"


def _unknown(given: Json, known: typing.Collection[str], at: str) -> Iterator[str]:
    return (f"{at}.{name}: there is no such field" for name in given if name not in known)


@functools.cache
def _names(model: type[BaseModel]) -> dict[str, str]:
    """A model's fields by the name that Telegram gives them."""
    return {field.alias or name: name for name, field in model.model_fields.items()}


@functools.cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _plain(model: type[BaseModel], name: str, value: Any) -> Any:
    """Undo a form, in which everything that is not text travels as JSON."""
    field = model.model_fields.get(name)
    if not isinstance(value, str) or field is None or str in typing.get_args(field.annotation) or field.annotation is str:
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def _upload(value: Any) -> Any:
    return aiogram.types.BufferedInputFile(b"", value["file_name"] or "") if _is_upload(value) else value


def _is_upload(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"file_name", "size"}


def _read_by_ptb(read: Any, raw: Any) -> Iterator[str]:
    """The same by python-telegram-bot; it keeps what it does not know in `api_kwargs`."""
    if isinstance(raw, list):
        for each, value in zip(read, raw, strict=True):
            yield from _read_by_ptb(each, value)
    elif isinstance(raw, dict):
        name = type(read).__name__
        family = next((one for one in ("ChatMember", "MenuButton") if name.startswith(one)), name)
        reader = getattr(telegram, family)
        try:
            theirs = reader.de_json(raw, None)
        except (telegram.error.TelegramError, KeyError, TypeError, ValueError) as problem:
            yield f"python-telegram-bot cannot read the {name}: {problem!r}"
            return
        yield from (f"python-telegram-bot does not know {each} in the {name}" for each in left_over(theirs))


def left_over(value: Any) -> Iterator[str]:
    """The fields of python-telegram-bot's object, and of all within it, for which it had no place."""
    if isinstance(value, telegram.TelegramObject):
        yield from value.api_kwargs
        slots = {name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())}
        yield from left_over([getattr(value, name, None) for name in slots if not name.startswith("_")])
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from left_over(each)


def _say(problem: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in problem.errors()[:3])


DONE = 200
END_OF_TIME = 2**31
VALUES = re.compile(rb'"(?:[^"\\]|\\.)*"(?!:)|[\d.-]+')
_SEEN: set[tuple[Any, bytes]] = set()  # forms of answers that python-telegram-bot has read: it is asked once for each
METHODS: dict[str, type[aiogram.methods.TelegramMethod[Any]]] = {
    name.lower(): model
    for name, model in vars(aiogram.methods).items()
    if name != "TelegramMethod" and hasattr(model, "__returning__")
}
"""Every method of the Bot API, by its name in small letters."""
