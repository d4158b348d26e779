"""Runs every test on a fresh machine: brings packages, a PostgreSQL and a browser, then says what was shown and what was not."""

from bot import environment

if __name__ == "__main__":
    environment.enter("requirements-test.lock", "tests")

    # Only now can anything outside the standard library be imported.
    from tests import run

    run.main()
