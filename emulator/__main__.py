"""Runs a local Telegram alone, after setting up what it needs on a fresh machine: `python3 -m emulator --help`."""

from bot import environment

if __name__ == "__main__":
    environment.enter("requirements.lock", "emulator")

    # Only now can anything outside the standard library be imported.
    from emulator.alone import main

    main()
