"""What the command line says of trouble that no command foresaw."""

from __future__ import annotations

import errno

import pytest
from psycopg.errors import LockNotAvailable
from sqlalchemy.exc import OperationalError

from bot import commands
from storage.troubles import explain


@pytest.mark.parametrize(
    "trouble", [OSError(errno.EACCES, "Permission denied", "file"), OperationalError("?", {}, LockNotAvailable())]
)
def test_trouble_that_nobody_foresaw_is_told_in_words(
    trouble: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fall_over() -> None:
        raise trouble

    monkeypatch.setattr(commands, "cli", fall_over)
    with pytest.raises(SystemExit, match="1"):
        commands.main()
    assert explain(trouble) in capsys.readouterr().err
