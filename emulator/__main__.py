"""Run a local Telegram alone: `python3 -m emulator [--port N] [--token T] [--username NAME]`."""

import argparse
import asyncio
import sys

from emulator.server import TOKEN, USERNAME, Emulator


def main() -> None:
    reader = argparse.ArgumentParser(prog="emulator", description="A local Telegram for one bot.")
    reader.add_argument("--port", type=int, default=0, help="0 takes any free port")
    reader.add_argument("--token", default=TOKEN)
    reader.add_argument("--username", default=USERNAME)
    given = reader.parse_args()
    try:
        asyncio.run(serve(given.port, given.token, given.username))
    except KeyboardInterrupt:
        sys.stdout.write("Stopped.\n")


async def serve(port: int, token: str, username: str) -> None:
    """Serve until cancelled, and say where, one address a line."""
    emulator = Emulator(token, username)
    url = await emulator.start(port=port)
    sys.stdout.write(f"Phones: {url}/\nBot API: {url}/bot\nToken: {token}\nActs and history: {url}/sim/state\n")
    sys.stdout.flush()
    try:
        await asyncio.Event().wait()
    finally:
        await emulator.stop()


if __name__ == "__main__":
    main()
