"""Starts the command line, after setting up what it needs on a fresh machine."""

from bot import environment

if __name__ == "__main__":
    environment.enter("requirements.lock", "bot")

    # Only now can anything outside the standard library be imported.
    from storage import sqlite_build

    sqlite_build.choose()

    from bot.commands import main

    main()
