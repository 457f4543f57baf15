"""Addresses of clients, behind proxies and in networks."""

import ipaddress
from collections.abc import Iterable, Sequence

from bastide.kit.errors import InvalidError


class NetworkSyntaxError(InvalidError):
    """Not an address or a CIDR block."""

    code = "network.invalid"


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def parse_networks(blocks: Iterable[str]) -> tuple[Network, ...]:
    """CIDR blocks or single addresses. Raises NetworkSyntaxError."""
    return tuple(_parse_network(block) for block in blocks)


def _parse_network(block: str) -> Network:
    try:
        return ipaddress.ip_network(block.strip(), strict=False)
    except ValueError as error:
        raise NetworkSyntaxError(f"{block!r} is not a network such as 10.0.0.0/8.", network=block) from error


def in_both(one: Sequence[Network], other: Sequence[Network]) -> tuple[Network, ...]:
    """The networks whose addresses lie in one of `one` and in one of `other`."""
    pairs = [(a, b) for a in one for b in other]
    return tuple(dict.fromkeys(inner for a, b in pairs for inner in _overlap(a, b)))


def _overlap(one: Network, other: Network) -> tuple[Network, ...]:
    """Of two networks that touch, one lies in the other."""
    if one.version != other.version or not one.overlaps(other):
        return ()
    return (max(one, other, key=lambda network: network.prefixlen),)


def address_in(address: str | None, networks: Sequence[Network]) -> bool:
    """Whether the address lies in one of them; an unknown one never does."""
    parsed = _parse_address(address)
    return parsed is not None and any(
        parsed.version == network.version and parsed in network for network in networks
    )


def client_address(peer: str | None, forwarded_for: str | None, trusted: Sequence[Network]) -> str | None:
    """The nearest address that is not a trusted proxy.

    `X-Forwarded-For` is read from its end, and only as far as trusted proxies wrote it: what a client puts
    there itself is never believed. A malformed entry ends the walk.
    """
    if not trusted:
        return peer
    address = peer
    for hop in reversed((forwarded_for or "").split(",")):
        hop = _without_port(hop.strip())  # noqa: PLW2901
        if not address_in(address, trusted) or _parse_address(hop) is None:
            break
        address = hop
    return address


def _without_port(hop: str) -> str:
    """Some proxies (Azure Application Gateway, IIS) write `192.0.2.7:4711` or `[2001:db8::1]:443`."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def throttle_block(address: str | None) -> str:
    """What counts as one place: an IPv4 address, or the /64 that one IPv6 customer has."""
    parsed = _parse_address(address)
    if parsed is None:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _parse_address(text: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address((text or "").strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
