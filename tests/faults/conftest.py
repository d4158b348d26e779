"""The houses of the road, for what fails beneath them."""

import pytest

from tests.road.conftest import _plain_logs, make_house, make_plain_house, nursery

pytest.register_assert_rewrite("tests.faults.outage")

__all__ = ["_plain_logs", "make_house", "make_plain_house", "nursery"]
