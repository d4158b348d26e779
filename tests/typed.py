"""A command line as a document has it, held against the commands there are."""

from __future__ import annotations

import shlex
from typing import Any

import typer.main

from bot import commands


def unknown(line: str) -> list[str]:
    """The words of a command line, without the program's name, that no command knows."""
    command: Any = typer.main.get_command(commands.cli)
    words = shlex.split(line)
    while hasattr(command, "commands"):
        name = words.pop(0)
        if name not in command.commands:
            return [name]
        command = command.commands[name]
    options = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
    return [word for word in words if word.startswith("--") and word not in {*options, "--help"}]
