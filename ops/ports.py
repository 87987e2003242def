"""Free TCP ports on this machine."""

from __future__ import annotations

import socket


def free_port() -> int:
    """A loopback port that is free now. Somebody may take it before it is used: callers try again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now (a connection that is just closing does not count)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def next_free(port: int, host: str) -> int:
    """The next higher port that is free, to suggest to the person."""
    for candidate in range(port + 1, min(port + 200, 65536)):
        if is_free(candidate, host):
            return candidate
    return free_port()
