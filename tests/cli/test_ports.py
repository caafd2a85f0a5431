"""Ports: free, on loopback, below the range of outgoing connections, and kept."""

import socket

from cli.components.ports import HIGHEST, LOOPBACK, LOWEST, free_port, is_free


def test_a_chosen_port_is_free_and_below_the_ephemeral_range() -> None:
    port = free_port()
    assert LOWEST <= port <= HIGHEST < 32768
    assert is_free(port)


def test_a_remembered_port_is_kept_while_it_is_free() -> None:
    port = free_port()
    assert free_port(remembered=port) == port


def test_a_remembered_port_is_given_up_when_somebody_listens_on_it() -> None:
    with socket.socket() as listener:
        port = free_port()
        listener.bind((LOOPBACK, port))
        listener.listen()
        assert not is_free(port)
        assert free_port(remembered=port) != port


def test_a_port_promised_to_another_process_is_not_given_twice() -> None:
    port = free_port()
    assert free_port(remembered=port, taken={port}) != port
