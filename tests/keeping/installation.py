"""An installation without a bot: settings, key file, database, and the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from storage import erasure, keys
from storage.keys import Keys
from tests.road.house import run_command


@dataclass
class Installation:
    """Settings in `folder` for the database at `url`."""

    folder: Path
    url: str

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.settings.write_text(
            '[telegram]\ntoken = "7:local"\napi_url = "http://127.0.0.1:9"\n'
            f'[storage]\nurl = "{self.url}"\nkeys = "{self.key_file}"\n[organisation]\nname = "The clinic"\n'
        )

    @property
    def settings(self) -> Path:
        return self.folder / "config.toml"

    @property
    def key_file(self) -> Path:
        return self.folder / "keys" / "withus.keys"

    @property
    def backups(self) -> Path:
        return self.folder / "backups"

    @property
    def keys(self) -> Keys:
        """The key file, made when there is none."""
        return keys.load(self.key_file) if self.key_file.exists() else keys.make(self.key_file)

    def take_keys(self, other: Installation) -> None:
        """Copy another's key file, and the list of erasures beside it."""
        self.key_file.parent.mkdir(exist_ok=True)
        self.key_file.write_bytes(other.key_file.read_bytes())
        erased = erasure.list_beside(other.key_file)
        if erased.exists():
            erasure.list_beside(self.key_file).write_bytes(erased.read_bytes())

    def command(self, *arguments: str) -> str:
        """What a command prints. Raises AssertionError with its words when it fails."""
        code, said = run_command(*arguments, "--config", str(self.settings))
        assert code == 0, f"{arguments} failed: {said}"
        return said

    def refused(self, *arguments: str) -> str:
        """What a command says that must fail."""
        code, said = run_command(*arguments, "--config", str(self.settings))
        assert code != 0, f"{arguments} did not fail: {said}"
        return said

    def back_up(self, *arguments: str) -> Path:
        """The folder of a new backup."""
        return Path(self.command("backup", *arguments).partition("Backed up into ")[2].partition(" (")[0])
