"""The houses of the road, for those who want to get in."""

from tests.road.conftest import _plain_logs, make_plain_house, nursery, street

__all__ = ["_plain_logs", "make_plain_house", "nursery", "street"]
