"""Settings: which place wins, what is said of a wrong one, and that files of earlier versions are still read."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import config, config_file
from bot.config import SECRETS, SECTIONS, Config, ConfigError
from tests.house import tree

FILE, ENVIRONMENT, CREDENTIAL = "1:in-the-file", "2:in-the-environment", "3:in-a-credential"
SAMPLES = sorted((Path(__file__).parent / "configs").glob("*.toml"))


@pytest.fixture
def write(tmp_path: Path) -> Path:
    """A file of settings with a token in it, beside files that hold tokens."""
    for name, token in {"file": FILE, "environment": ENVIRONMENT, "telegram.token": CREDENTIAL}.items():
        (tmp_path / name).write_text(f"{token}\n")
    return tmp_path / "config.toml"


def token(file: Path, text: str, **environment: str) -> str:
    file.write_text(text)
    return config_file.read(file, environment).telegram.token.get_secret_value()


IN_FILE = {"value": f'[telegram]\ntoken = "{FILE}"\n', "name of a file": '[telegram]\ntoken_file = "file"\n'}
IN_ENVIRONMENT = {
    "value": {"WITHUS_TELEGRAM__TOKEN": ENVIRONMENT},
    "name of a file": {"WITHUS_TELEGRAM__TOKEN_FILE": "environment"},
}


@pytest.mark.parametrize("in_environment", IN_ENVIRONMENT)
@pytest.mark.parametrize("in_file", IN_FILE)
def test_the_environment_beats_the_file_in_whichever_form_each_is_given(write: Path, in_file: str, in_environment: str) -> None:
    assert token(write, IN_FILE[in_file]) == FILE
    assert token(write, IN_FILE[in_file], **IN_ENVIRONMENT[in_environment]) == ENVIRONMENT


@pytest.mark.parametrize("in_file", IN_FILE)
def test_a_credential_of_systemd_stands_between_file_and_environment(write: Path, in_file: str) -> None:
    folder = {"CREDENTIALS_DIRECTORY": str(write.parent)}
    assert token(write, IN_FILE[in_file], **folder) == CREDENTIAL
    assert token(write, IN_FILE[in_file], **folder, WITHUS_TELEGRAM__TOKEN=ENVIRONMENT) == ENVIRONMENT


def test_a_credential_that_is_no_secret_of_ours_is_named(write: Path) -> None:
    (write.parent / "telegram.tokn").write_text("x")
    with pytest.raises(ConfigError, match=r"telegram\.tokn: it is called like none of telegram\.token"):
        token(write, "", CREDENTIALS_DIRECTORY=str(write.parent))


def test_both_forms_in_one_place_are_refused(write: Path) -> None:
    for text, environment in (
        (f'[telegram]\ntoken = "{FILE}"\ntoken_file = "file"\n', {}),
        ("", {"WITHUS_TELEGRAM__TOKEN": ENVIRONMENT, "WITHUS_TELEGRAM__TOKEN_FILE": "environment"}),
    ):
        with pytest.raises(ConfigError, match=r"telegram.token and telegram.token_file are both set. Keep one of them."):
            token(write, text, **environment)


def test_a_secret_set_in_two_places_is_told_without_its_value(write: Path) -> None:
    write.write_text(IN_FILE["value"])
    assert config_file.doubled(write, {}) == []
    (said,) = config_file.doubled(write, IN_ENVIRONMENT["name of a file"])
    assert said == f"telegram.token is set in {write} and in the environment. The last is used."


def test_every_secret_may_lie_in_a_file_of_its_own(write: Path) -> None:
    secret = {(section, key) for section, model in SECTIONS.items() for key, field in model.model_fields.items()
              if field.annotation is SecretStr}  # fmt: skip
    assert secret <= {(section, key) for section, keys in SECRETS.items() for key in keys}
    (write.parent / "database").write_text("postgresql+psycopg://us:word@host/name\n")
    write.write_text(IN_FILE["value"] + '[storage]\nurl_file = "database"\n')
    assert config_file.read(write, {}).storage.url == "postgresql+psycopg://us:word@host/name"


@pytest.mark.promise("P15")
@pytest.mark.parametrize(
    "text, environment, says",
    [
        ("[telegram]\ntokn = 1", {}, "There is no setting telegram.tokn. Did you mean token?"),
        ("[telgram]\n", {}, "There is no setting [telgram]. Did you mean telegram?"),
        ("telegram = 1", {}, "telegram is a table"),
        ("[telegram", {}, "cannot be read"),
        ("", {"WITHUS_TELEGRAM__TOKN": "x"}, "WITHUS_TELEGRAM__TOKN: There is no setting telegram.tokn. Did you mean token?"),
        ("", {"WITHUS_TELGRAM__TOKEN": "x"}, "WITHUS_TELGRAM__TOKEN: There is no setting [telgram]. Did you mean telegram?"),
        ("", {}, "telegram.token is missing. Get one from @BotFather"),
        ('[telegram]\ntoken_file = "gone"', {}, "telegram.token_file: gone cannot be read"),
        ('[telegram]\ntoken = "no token"', {}, "telegram.token is not a bot token"),
        ('[organisation]\ntime_zone = "Europe/Lundon"', {}, "did you mean Europe/London?"),
        ('[storage]\nurl = "postgresql://a/b"', {}, "write postgresql+psycopg://"),
        ('[storage]\nurl = "mysql://a/b"', {}, "storage.url is not a database's address"),
        ("[telegram]\nmessages_per_second = 0", {}, "telegram.messages_per_second: input should be greater than 0"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_write(write: Path, text: str, environment: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError) as wrong:
        token(write, text, **environment)
    assert says in str(wrong.value)


def test_a_secret_is_never_in_what_is_said_of_it(write: Path) -> None:
    canary = "canary-in-a-secret"
    with pytest.raises(ConfigError) as wrong:
        token(
            write, f'[telegram]\ntoken = "{canary}"\nwebhook_secret = "{canary} !"\n[storage]\nurl = "mysql://u:{canary}@h/n"\n'
        )
    assert len(str(wrong.value).splitlines()) == 3
    assert canary not in str(wrong.value)
    assert canary not in repr(config.Telegram(token=SecretStr(f"1:{canary}")))


def test_a_key_of_an_earlier_version_is_told_what_to_write_instead(write: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(config.RETIRED, "web.port", "Write web.listen, with the port behind a colon.")
    for text, environment in (("[web]\nport = 1", {}), ("", {"WITHUS_WEB__PORT": "1"})):
        with pytest.raises(ConfigError, match=r"There is no setting web.port any more. Write web.listen"):
            token(write, text, **environment)


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.stem for sample in SAMPLES])
def test_settings_of_every_earlier_version_are_still_read(sample: Path) -> None:
    read = config_file.read(sample, {})
    assert read.telegram.webhook_url == "https://bot.example.org/telegram"
    assert read.storage.keys == sample.parent / "keys/withus.keys"


def test_the_newest_sample_has_every_key_there_is() -> None:
    newest = {line.partition(" = ")[0] for sample in SAMPLES for line in sample.read_text("utf-8").splitlines() if " = " in line}
    assert {key for model in SECTIONS.values() for key in model.model_fields} <= newest


def test_the_example_of_the_repository_is_the_one_the_program_writes() -> None:
    assert (tree.ROOT / "config.example.toml").read_text("utf-8") == config_file.example()


def test_an_example_filled_in_is_read_back_as_it_was(tmp_path: Path) -> None:
    name = 'Café "by the sea" \\ 日本'
    text = config_file.example({"telegram.token": FILE, "organisation.name": name})
    (tmp_path / "config.toml").write_text(text, "utf-8")
    read = config_file.read(tmp_path / "config.toml", {})
    assert read.organisation.name == name
    assert read.web == Config.model_fields["web"].default
    assert read.storage.backups == tmp_path / "backups"
