"""Gives a fresh machine the Python environment a lock file describes, with nothing but the standard library.

The syntax is old on purpose: whatever `python3` a machine has must get as far as the sentence that says what to do.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
LOG = VENV + ".log"
WINDOWS = os.name == "nt"
SCRIPTS = os.path.join(VENV, "Scripts" if WINDOWS else "bin")
PYTHON = os.path.join(SCRIPTS, "python.exe" if WINDOWS else "python")
OLDEST = (3, 11)
UV = "uv==0.13.9"
PINNED = re.compile(r"^([\w.-]+)(?:\[[^]]*\])?==([^\s;]+)( *;)?", re.MULTILINE)


class Missing(Exception):
    """Something this machine lacks; the text is one line that says what to do."""


def enter(lock: str, module: str) -> None:
    """Return if this process can import all that `lock` names; else set `.venv` up and start `module` again inside it."""
    path = os.path.join(ROOT, lock)
    if not os.path.exists(path) or _is_running(path):
        return
    try:
        if not _is_ready(path):
            _set_up_alone(path)
    except Missing as missing:
        sys.exit(str(missing))
    except KeyboardInterrupt:
        sys.exit("\nStopped. Run the same command again to carry on.")
    command = [PYTHON, "-m", module] + sys.argv[1:]
    if WINDOWS:  # exec would give the prompt back before the command has ended
        sys.exit(subprocess.call(command))
    sys.stdout.flush()
    os.execv(PYTHON, command)


def _is_running(path: str) -> bool:
    """Tell whether the Python that runs now will do: our own `.venv`, or a container that holds every pinned version."""
    if sys.version_info < OLDEST:
        return False
    if os.path.realpath(sys.prefix) == os.path.realpath(VENV):
        return _is_ready(path)
    from importlib import metadata

    try:
        pins = PINNED.findall(_read(path))
        return all(metadata.version(name) == version for name, version, marker in pins if not marker)
    except metadata.PackageNotFoundError:
        return False


def _is_ready(path: str) -> bool:
    return os.path.exists(PYTHON) and _read(_stamp(path)) == _digest(path)


def _stamp(path: str) -> str:
    return os.path.join(VENV, os.path.basename(path) + ".sha256")


def _digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def _read(path: str) -> str:
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def _set_up_alone(path: str) -> None:
    """Take turns, so that two commands started together do not write over each other."""
    try:
        gate = open(VENV + ".lock", "a")
    except OSError as error:
        raise Missing("This folder cannot be written to (%s). Copy it to a folder of your own and start again." % error)
    with gate:
        _wait_at(gate.fileno())
        if not _is_ready(path):
            _set_up(path)


def _wait_at(gate: int) -> None:
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(gate, fcntl.LOCK_EX)
        return
    import msvcrt

    held = False
    while not held:
        try:
            msvcrt.locking(gate, msvcrt.LK_LOCK, 1)
            held = True
        except OSError:  # it gives up after ten seconds, and setting up may take longer
            held = False


def _set_up(path: str) -> None:
    bar = Bar(len(PINNED.findall(_read(path))))
    open(LOG, "w").close()
    if not _is_usable(PYTHON):
        bar.show(0.02, "making .venv")
        _make_venv()
    bar.show(0.15, "getting the installer")
    _install(path, bar)
    runtime = os.path.join(ROOT, "requirements.lock")
    for lock in {path, runtime}:  # the test lock holds the runtime lock, version for version; a test keeps it so
        with open(_stamp(lock), "w") as file:
            file.write(_digest(lock))
    bar.end()


def _is_usable(python: str) -> bool:
    installer = "" if shutil.which("uv") else "import pip; "
    code = "import sys; %ssys.exit(sys.version_info < %r)" % (installer, OLDEST)
    return os.path.exists(python) and _run([python, "-c", code])


def _make_venv() -> None:
    if _make_venv_once():
        return
    if _may_install_packages():
        _run(["apt-get", "update", "-q"])
        _run(["apt-get", "install", "-q", "-y", "python3-venv"])
        if _make_venv_once():
            return
    shutil.rmtree(VENV, ignore_errors=True)
    raise Missing(_remedy())


def _make_venv_once() -> bool:
    for command in _venv_commands():
        shutil.rmtree(VENV, ignore_errors=True)
        if _run(command) and _is_usable(PYTHON):
            return True
    return False


def _venv_commands() -> "list[list[str]]":
    """Ways to make `.venv`, best first; uv can also fetch a Python that is new enough."""
    names = ["python3.%d" % minor for minor in range(20, OLDEST[1] - 1, -1)]
    pythons = [found for found in map(shutil.which, names) if found]
    if sys.version_info >= OLDEST:
        pythons.insert(0, sys.executable)
    uv = shutil.which("uv")
    with_uv = [[uv, "venv", "--python", python, VENV] for python in pythons[:1] + [">=%d.%d" % OLDEST]] if uv else []
    return with_uv + [[python, "-m", "venv", VENV] for python in pythons]


def _may_install_packages() -> bool:
    return not WINDOWS and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _remedy() -> str:
    wanted = "Python %d.%d or newer" % OLDEST
    if sys.version_info < OLDEST:
        this = "%d.%d" % sys.version_info[:2]
        return "This needs %s, and this is Python %s. Install a newer one, or install uv, then start again." % (wanted, this)
    if shutil.which("apt-get"):
        return "Python's venv module is missing. Run: sudo apt-get install python3-venv   Then start again."
    return "%s could not make .venv (why: %s). Install %s from python.org, then start again." % (sys.executable, LOG, wanted)


def _install(path: str, bar: "Bar") -> None:
    uv = shutil.which("uv") or _own_uv()
    bar.show(0.25, "fetching packages")
    what = ["--no-deps", "--require-hashes", "-r", path]  # the lock is whole: nothing is left to find out
    with_uv = [uv or "", "pip", "install", "--python", PYTHON] + what
    system_certificates = dict(os.environ, UV_SYSTEM_CERTS="1", UV_NATIVE_TLS="1")
    done = uv and (_run(with_uv, bar=bar) or _run(with_uv, bar=bar, env=system_certificates))
    if not done and not _run([PYTHON, "-m", "pip", "install", "--retries", "2"] + what, bar=bar):
        raise Missing(
            "The packages could not be installed (why: %s). Connect to the internet, then run the same command again." % LOG
        )


def _own_uv() -> "str | None":
    """Fetch uv into `.venv`, where it takes a second for what takes pip half a minute; without it pip serves."""
    _run([PYTHON, "-m", "pip", "install", "--retries", "2", UV])
    return shutil.which("uv", path=SCRIPTS)


def _run(command: "list[str]", bar: "Bar | None" = None, env: "dict[str, str] | None" = None) -> bool:
    """Run a command, keep what it says in the log, and tell whether it went well."""
    with open(LOG, "a") as log:
        log.write("$ %s\n" % " ".join(command))
        log.flush()
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                universal_newlines=True,
                env=env,
            )
        except OSError as error:
            log.write("%s\n" % error)
            return False
        with process:
            for line in process.stdout or ():
                log.write(line)
                if bar:
                    bar.step()
        return process.returncode == 0


class Bar:
    """One line on the terminal that fills up; elsewhere, one line at the start and one at the end."""

    def __init__(self, expected: int) -> None:
        self.started = time.time()
        self.share = 0.0
        self.doing = ""
        self.each = 0.7 / max(expected, 1)
        self.live = sys.stderr.isatty()
        if not self.live:
            self._write("Setting up, which is needed only once. It takes about a quarter of a minute.\n")

    def show(self, share: float, doing: str) -> None:
        self.share, self.doing = share, doing
        if self.live:
            full = int(30 * share)
            self._write("\rSetting up, only once [%s%s] %3d%%  %-24s" % ("#" * full, "." * (30 - full), 100 * share, doing))

    def step(self) -> None:
        self.show(min(self.share + self.each, 0.95), self.doing)

    def end(self) -> None:
        self.show(1.0, "")
        self._write("%sReady after %.0f seconds.\n" % ("\n" if self.live else "", time.time() - self.started))

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()
