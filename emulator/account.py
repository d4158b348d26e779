"""What a bot asks and says about itself and its chats."""

from typing import Any

from emulator.parameters import Parameters
from emulator.people import leave_group
from emulator.posting import find_chat
from emulator.refusals import bad, forbidden
from emulator.text import units
from emulator.world import World

Json = dict[str, Any]


def get_me(world: World, _given: Parameters) -> Json:
    return {
        **world.bot,
        "can_join_groups": True,
        "can_read_all_group_messages": True,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def set_my_commands(world: World, given: Parameters) -> bool:
    commands = given.data("commands")
    if not isinstance(commands, list):
        raise bad("can't parse commands list")
    if len(commands) > MOST_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        _check_command(command)
    world.profile[_place(given)] = commands
    return True


def get_my_commands(world: World, given: Parameters) -> list[Json]:
    found: list[Json] = world.profile.get(_place(given), [])
    return found


def delete_my_commands(world: World, given: Parameters) -> bool:
    world.profile.pop(_place(given), None)
    return True


def set_my_name(world: World, given: Parameters) -> bool:
    done = _describe(world, given, "name", 64)
    if given.text("name") and not given.text("language_code"):
        world.bot["first_name"] = given.text("name")
    return done


def set_my_description(world: World, given: Parameters) -> bool:
    return _describe(world, given, "description", 512)


def set_my_short_description(world: World, given: Parameters) -> bool:
    return _describe(world, given, "short_description", 120)


def get_my_name(world: World, given: Parameters) -> Json:
    told = _told(world, given, "name")
    return {"name": told["name"] or world.bot["first_name"]}


def get_my_description(world: World, given: Parameters) -> Json:
    return _told(world, given, "description")


def get_my_short_description(world: World, given: Parameters) -> Json:
    return _told(world, given, "short_description")


def set_chat_menu_button(world: World, given: Parameters) -> bool:
    button = given.data("menu_button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in MENU_BUTTONS:
        raise bad("can't parse menu button: MenuButton has unsupported type")
    world.profile["menu button", _menu_of(world, given)] = button
    return True


def get_chat_menu_button(world: World, given: Parameters) -> Json:
    found: Json = world.profile.get(("menu button", _menu_of(world, given)), {"type": "default"})
    return found


def get_chat(world: World, given: Parameters) -> Json:
    chat = find_chat(world, given)
    return {
        **chat.as_json,
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(GIFTS, False),
    }


def get_chat_member(world: World, given: Parameters) -> Json:
    chat = find_chat(world, given)
    user_id = given.number("user_id")
    if user_id == world.bot["id"]:
        return {"user": world.bot, "status": chat.bot_status}
    person = world.people.get(user_id)
    if person is None or (chat.person is not None and chat.person is not person):
        raise bad("member not found")
    return {"user": person.user(), "status": "member"}


def get_chat_member_count(world: World, given: Parameters) -> int:
    chat = find_chat(world, given)
    return 2 if chat.person else len({message["from"]["id"] for message in chat.messages.values()} | {world.bot["id"]})


def leave_chat(world: World, given: Parameters) -> bool:
    chat = find_chat(world, given)
    if chat.person is not None:
        raise bad("chat member status can't be changed in private chats")
    if chat.bot_status != "member":
        raise forbidden("bot is not a member of the group chat")
    leave_group(world, chat)
    return True


def log_out(_world: World, _given: Parameters) -> bool:
    return True


def close(_world: World, _given: Parameters) -> bool:
    return True


def _describe(world: World, given: Parameters, field: str, most: int) -> bool:
    text = given.text(field)
    if units(text) > most:
        raise bad(f"{field.replace('_', ' ')} is too long")
    world.profile[field, given.text("language_code")] = text
    return True


def _told(world: World, given: Parameters, field: str) -> Json:
    """What was told in the language asked for, or in none."""
    language = given.text("language_code")
    return {field: world.profile.get((field, language)) or world.profile.get((field, ""), "")}


def _menu_of(world: World, given: Parameters) -> str:
    """Return the chat whose button it is, "" for everybody's. Raises Refusal."""
    return str(find_chat(world, given).id) if given.text("chat_id") else ""


def _check_command(command: Any) -> None:
    name = command.get("command", "") if isinstance(command, dict) else ""
    name = name.removeprefix("/")
    if not name.isascii() or not name.replace("_", "").isalnum() or name != name.lower() or len(name) > LONGEST_COMMAND:
        raise bad("BOT_COMMAND_INVALID")
    if not 1 <= len(command.get("description", "")) <= LONGEST_DESCRIPTION:
        raise bad("BOT_COMMAND_DESCRIPTION_INVALID")


def _place(given: Parameters) -> tuple[str, str]:
    scope = given.data("scope") or {"type": "default"}
    return f"commands {sorted(scope.items())}", given.text("language_code")


MOST_COMMANDS, LONGEST_COMMAND, LONGEST_DESCRIPTION = 100, 32, 256
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
MENU_BUTTONS = frozenset({"default", "commands", "web_app"})
