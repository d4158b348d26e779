"""The tests themselves stay on this machine."""

import socket

import pytest

from tests import network


@pytest.mark.parametrize("address", ["192.0.2.1", "example.invalid"])
def test_an_attempt_to_leave_the_machine_is_stopped_and_remembered(address: str) -> None:
    with pytest.raises(network.Blocked):
        socket.create_connection((address, 80), timeout=1)
    assert network.attempts
    network.attempts.clear()


def test_a_server_on_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as connection:
        assert connection.getpeername() == server.getsockname()
