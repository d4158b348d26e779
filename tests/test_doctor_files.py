"""The doctor looks at every disk that is written to, and at every file that holds a secret."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.config_file import settle
from bot.doctor import surroundings


@pytest.mark.parametrize("what", ["answers", "the key file", "backups"])
def test_little_room_is_told_of_each_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    folder = tmp_path / what.replace(" ", "-")
    folder.mkdir()
    key = {"answers": "url", "the key file": "keys", "backups": "backups"}[what]
    base = settle(
        {"telegram": {"token": "1:abc"}, "storage": {"url": f"sqlite:///{tmp_path / 'w.db'}", "keys": tmp_path / "keys.json"}}
    )
    value = f"sqlite:///{folder / 'w.db'}" if key == "url" else folder / "keys.json" if key == "keys" else folder
    config = base.model_copy(update={"storage": base.storage.model_copy(update={key: value})})
    full = shutil.disk_usage(tmp_path)._replace(free=5 << 20)
    usage = shutil.disk_usage
    monkeypatch.setattr(shutil, "disk_usage", lambda place: full if place == folder else usage(place))
    red = [one.what for one in surroundings.of_computer(config) if not one.good]
    assert red == [f"only 5 MB are free for {what}, in {folder}"]


def _settings_with(line: str, folder: Path) -> Path:
    file = folder / "config.toml"
    file.write_text(f'[telegram]\ntoken_file = "token"\n[storage]\n{line}\n')
    (folder / "token").write_text("1:abc")
    (folder / "token").chmod(0o600)
    (folder / "url").write_text("postgresql://withus:secret@db/withus")
    (folder / "url").chmod(0o644)
    file.chmod(0o644)
    return file


@pytest.mark.parametrize(
    "line, environment, others",
    [
        ('url = "postgresql://withus:secret@db/withus"', {}, ["config.toml"]),
        ('url_file = "url"', {}, ["url"]),
        ('url = "sqlite:///withus.db"', {}, []),
        ("", {"WITHUS_STORAGE__URL_FILE": "url"}, ["url"]),
        ("", {"WITHUS_TELEGRAM__WEBHOOK_SECRET_FILE": "url"}, ["url"]),
        ("", {"CREDENTIALS_DIRECTORY": "credentials"}, ["credentials/storage.url"]),
    ],
)
def test_any_secret_that_others_can_read_is_told(
    tmp_path: Path, line: str, environment: dict[str, str], others: list[str]
) -> None:
    file = _settings_with(line, tmp_path)
    (tmp_path / "credentials").mkdir()
    shutil.copy(tmp_path / "url", tmp_path / "credentials" / "storage.url")
    (tmp_path / "credentials" / "storage.url").chmod(0o644)
    whole = {name: str(tmp_path / value) for name, value in environment.items()}
    told = [str(one) for one in surroundings.of_settings(file, whole) if not one.good]
    assert [str(tmp_path / other) in words for other, words in zip(others, told, strict=True)] == [True] * len(others)
