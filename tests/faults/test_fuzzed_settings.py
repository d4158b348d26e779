"""P15: whatever stands in a settings file or in the environment, it is a configuration or is refused in words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot import config_file
from bot.config import Config, ConfigError

GOOD = """[telegram]
token = "123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
api_url = "http://127.0.0.1:9"
messages_per_second = 25

[storage]
url = "sqlite:///data/withus.db"
keys = "keys/withus.keys"

[web]
listen = "127.0.0.1:8080"

[organisation]
name = "The clinic group"
time_zone = "Europe/London"
"""
PIECES = st.sampled_from(
    [
        "[",
        "]",
        '"',
        "'''",
        "=",
        ".",
        ",",
        "#",
        "\n",
        "\x00",
        "\ufeff",
        "[telegram]",
        "[[web]]",
        "true",
        "-1",
        "1e400",
        "nan",
        "{}",
    ]
) | st.text(max_size=5)
CUTS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), PIECES), min_size=1, max_size=3)
NAMES = st.sampled_from(
    ["TELEGRAM__TOKEN", "TELEGRAM__TOKEN_FILE", "WEB__LISTEN", "STORAGE__URL", "WEB", "__", "STORAGE__KEYS__X"]
)
whatever = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def take(file: Path, environment: Mapping[str, str]) -> None:
    """Read settings. Raises when they are neither a configuration nor refused by a message that says something to mend."""
    try:
        assert isinstance(config_file.read(file, dict(environment)), Config)
    except ConfigError as error:
        said = str(error)
        assert said.strip()
        assert "Traceback" not in said
        assert "AAAAAAAAAA" not in said, "a secret in a message"


def cut(text: str, cuts: list[tuple[float, int, str]]) -> str:
    for where, length, piece in cuts:
        at = int(where * len(text))
        text = text[:at] + piece + text[at + length :]
    return text


@pytest.mark.promise("P15")
@whatever
@given(cuts=CUTS)
def test_settings_with_pieces_cut_out_and_put_in(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[tuple[float, int, str]]
) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzzed.toml"
    file.write_bytes(cut(GOOD, cuts).encode("utf-8", "surrogatepass"))
    take(file, {})


@pytest.mark.promise("P15")
@whatever
@given(noise=st.binary(max_size=200))
def test_settings_that_are_noise(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzzed.toml"
    file.write_bytes(noise)
    take(file, {})


@pytest.mark.promise("P15")
@whatever
@example(environment={"WITHUS_TELEGRAM__TOKEN_FILE": "\0"})
@given(environment=st.dictionaries(NAMES.map("WITHUS_{}".format), st.text(max_size=30), max_size=3))
def test_an_environment_of_anything(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> None:
    file = tmp_path_factory.getbasetemp() / "good.toml"
    file.write_text(GOOD)
    take(file, environment)


@pytest.mark.promise("P15")
@pytest.mark.parametrize("file", ["a folder", "nothing"])
def test_settings_that_are_no_file(tmp_path: Path, file: str) -> None:
    with pytest.raises(ConfigError, match=str(tmp_path)):
        config_file.read(tmp_path if file == "a folder" else tmp_path / "nothing.toml", {})
