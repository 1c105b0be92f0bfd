"""A request must be meant for this very server, and come from its own page."""

from __future__ import annotations

import pytest

from imu_hip.serve import address

LAN = address.own_hosts("192.168.1.5", 8734)
HERE = address.own_hosts("127.0.0.1", 8734)


@pytest.mark.parametrize(
    ("hosts", "own", "expected"),
    [
        (["192.168.1.5:8734"], LAN, True),
        (["127.0.0.1:8734"], HERE, True),
        (["LOCALHOST:8734"], HERE, True),
        (["[::1]:80"], address.own_hosts("::1", 80), True),
        (["192.168.1.5"], address.own_hosts("192.168.1.5", 80), True),
        ([], LAN, False),
        (["192.168.1.5:8734", "192.168.1.5:8734"], LAN, False),
        (["192.168.1.5"], LAN, False),
        (["192.168.1.5:80"], LAN, False),
        (["192.168.1.6:8734"], LAN, False),
        (["localhost:8734"], LAN, False),
        (["rebound.example:8734"], HERE, False),
        (["127.0.0.1:8734.rebound.example"], HERE, False),
    ],
)
def test_only_its_own_address_is_its_host(hosts: list[str], own: frozenset[str], expected: bool) -> None:
    assert address.is_own(hosts, own) is expected


@pytest.mark.parametrize(
    ("origins", "expected"),
    [
        (["http://127.0.0.1:8734"], True),
        ([], False),
        (["null"], False),
        (["https://127.0.0.1:8734"], False),
        (["http://127.0.0.1"], False),
        (["http://127.0.0.1:8734.evil.example"], False),
        (["http://127.0.0.1:8734", "http://127.0.0.1:8734"], False),
    ],
)
def test_only_its_own_page_is_of_the_same_origin(origins: list[str], expected: bool) -> None:
    assert address.is_same_origin(origins, "127.0.0.1:8734") is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("192.168.1.5", False), ("x", False)],
)
def test_loopback_is_known(text: str, expected: bool) -> None:
    assert address.is_loopback(text) is expected
