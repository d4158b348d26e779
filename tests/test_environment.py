"""A fresh machine sets itself up once, by itself, and says plainly what it lacks."""

import ast
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot import environment

ANSWER = """'''Stands for the bot.'''
from bot import environment
environment.enter("requirements.lock", "bot")
import sys
print("inside", sys.prefix == environment.VENV, sys.argv[1:])
"""


def make_wheel(folder: Path) -> str:
    """Write a package that holds nothing, and return the lock entry that asks for it."""
    wheel = folder / "nothing_at_all-1-py3-none-any.whl"
    about = "nothing_at_all-1.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: nothing-at-all\nVersion: 1\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    return f"nothing-at-all==1 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of the part that sets itself up, whose lock can be satisfied without a network."""
    package = tmp_path / "clone" / "bot"
    package.mkdir(parents=True)
    shutil.copy(Path(environment.__file__), package)
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text(ANSWER)
    (package.parent / "requirements.lock").write_text(make_wheel(tmp_path))
    return package.parent


def start(clone: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start the command as on a machine that has Python, no uv and no network."""
    folders = [folder for folder in os.environ["PATH"].split(os.pathsep) if not Path(folder, "uv").exists()]
    surroundings = {
        "PATH": os.pathsep.join(folders),
        "HOME": str(clone.parent),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(clone.parent),
        "PIP_CONFIG_FILE": os.devnull,
    }
    command = [getattr(sys, "_base_executable", sys.executable), "-m", "bot", *arguments]
    return subprocess.Popen(command, cwd=clone, env=surroundings, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def end(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    said, complained = process.communicate(timeout=100)
    return process.returncode, said, complained


def test_the_first_start_makes_an_environment_and_the_next_goes_straight_on(clone: Path) -> None:
    code, said, complained = end(start(clone, "demo", "--no-browser"))
    assert (code, said) == (0, "inside True ['demo', '--no-browser']\n"), complained
    assert "Ready after" in complained
    assert end(start(clone)) == (0, "inside True []\n", "")


def test_two_first_starts_together_set_up_once(clone: Path) -> None:
    both = [start(clone), start(clone)]
    ended = [end(process) for process in both]
    assert [said for _, said, _ in ended] == ["inside True []\n"] * 2
    assert sum("Ready after" in complained for _, _, complained in ended) == 1


def test_a_changed_lock_sets_up_again(clone: Path) -> None:
    end(start(clone))
    with (clone / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    code, _, complained = end(start(clone))
    assert code == 0
    assert "Ready after" in complained


def test_a_package_with_another_hash_is_refused_in_one_line_that_says_what_to_do(clone: Path) -> None:
    (clone / "requirements.lock").write_text(f"nothing-at-all==1 --hash=sha256:{'0' * 64}\n")
    code, said, complained = end(start(clone))
    assert code == 1
    assert said == ""
    assert "run the same command again" in complained.splitlines()[-1]
    assert "Traceback" not in complained


def test_an_environment_that_already_holds_everything_is_used_as_it_is(clone: Path) -> None:
    (clone / "requirements.lock").write_text(f"pip=={metadata.version('pip')}\n" if find_spec("pip") else "")
    subprocess.run([sys.executable, "-m", "bot"], cwd=clone, check=True, capture_output=True)
    assert not (clone / ".venv").exists()


def test_the_set_up_is_written_in_a_language_that_old_pythons_read() -> None:
    for name in ("environment.py", "__init__.py", "__main__.py"):
        tree = ast.parse((Path(environment.__file__).parent / name).read_text(), feature_version=(3, 4))
        new = (ast.JoinedStr, ast.NamedExpr, ast.AnnAssign, ast.Match)
        assert not [node.lineno for node in ast.walk(tree) if isinstance(node, new)]
