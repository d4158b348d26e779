"""What tests of sending share: houses and their nursery."""

from tests.road.conftest import _plain_logs, make_house, make_plain_house, nursery

__all__ = ["_plain_logs", "make_house", "make_plain_house", "nursery"]
