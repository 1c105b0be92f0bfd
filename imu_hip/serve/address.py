"""Addresses: which one other devices reach this computer by, and whether a request was really meant for it."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence

_SOMEWHERE = "192.0.2.1"  # RFC 5737, an address nobody has: only the way there is asked for, nothing is sent


def is_loopback(address: str) -> bool:
    """Return whether only this computer can reach the address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def lan_address() -> str:
    """Return the IPv4 address that others on the network reach this computer by; loopback where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((_SOMEWHERE, 9))
        except OSError:
            return "127.0.0.1"
        address: str = probe.getsockname()[0]
        return address


def authority(address: str, port: int) -> str:
    """Return address and port as a URL has them."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def own_hosts(address: str, port: int) -> frozenset[str]:
    """Return what the Host header may say on a connection that came in at this address.

    Addresses only, and localhost: with a name of somebody else's a foreign page could pass for this one's (DNS
    rebinding).
    """
    names = {authority(address, port)}
    if is_loopback(address):
        names.add(f"localhost:{port}")
    if port == 80:
        names |= {name.removesuffix(":80") for name in names}
    return frozenset(names)


def is_own(hosts: Sequence[str], own: frozenset[str]) -> bool:
    """Return whether a request with these Host headers was meant for this server."""
    return len(hosts) == 1 and hosts[0].lower() in own


def is_same_origin(origins: Sequence[str], host: str) -> bool:
    """Return whether a request with these Origin headers comes from the page of this very host."""
    return len(origins) == 1 and origins[0].lower() == f"http://{host.lower()}"
