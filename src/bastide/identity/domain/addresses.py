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
        if not address_in(address, trusted) or _parse_address(hop) is None:
            break
        address = hop.strip()
    return address


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
