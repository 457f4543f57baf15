import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.identity.domain.addresses import (
    NetworkSyntaxError,
    address_in,
    client_address,
    parse_networks,
    throttle_block,
)

PROXIES = parse_networks(["10.0.0.0/8", "fd00::/8"])
OUTSIDE = st.ip_addresses(v=4).filter(lambda address: address not in ipaddress.ip_network("10.0.0.0/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("198.51.100.7", None, "198.51.100.7"),
        ("198.51.100.7", "203.0.113.1", "198.51.100.7"),  # not from a proxy: not believed
        ("10.0.0.1", "203.0.113.1", "203.0.113.1"),
        ("10.0.0.1", "192.0.2.66, 203.0.113.1", "203.0.113.1"),  # what the client wrote itself
        ("10.0.0.1", "203.0.113.1, 10.9.9.9", "203.0.113.1"),  # through two proxies
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.1:4711", "203.0.113.1"),  # as Azure Application Gateway writes it
        ("10.0.0.1", "[2001:db8::1]:443, 10.9.9.9:80", "2001:db8::1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::ffff:10.0.0.1", "203.0.113.1", "203.0.113.1"),
        (None, "203.0.113.1", None),
    ],
)
def test_the_client_is_the_last_that_a_proxy_has_seen(
    peer: str | None, forwarded: str | None, expected: str | None
) -> None:
    assert client_address(peer, forwarded, PROXIES) == expected


@given(forged=st.text(st.characters(codec="latin-1"), max_size=80), real=OUTSIDE)
def test_no_header_of_the_client_changes_its_address(forged: str, real: ipaddress.IPv4Address) -> None:
    assert client_address("10.0.0.1", f"{forged},{real}", PROXIES) == str(real)
    assert client_address(str(real), forged, PROXIES) == str(real)


def test_one_place_is_an_ipv4_address_or_an_ipv6_customer() -> None:
    assert throttle_block("192.0.2.1") != throttle_block("192.0.2.2")
    assert throttle_block("2001:db8:1:2::1") == throttle_block("2001:db8:1:2:ffff::9")
    assert throttle_block("2001:db8:1:2::1") != throttle_block("2001:db8:1:3::1")
    assert throttle_block("::ffff:192.0.2.1") == "192.0.2.1"
    assert throttle_block(None) == throttle_block("nonsense") == "unknown"


def test_networks_are_read_and_asked() -> None:
    networks = parse_networks(["192.0.2.0/24", " 2001:db8::1 "])
    assert address_in("192.0.2.200", networks)
    assert address_in("2001:db8::1", networks)
    assert not address_in("2001:db8::2", networks)
    assert not address_in(None, networks)
    with pytest.raises(NetworkSyntaxError):
        parse_networks(["192.0.2.0/33"])
