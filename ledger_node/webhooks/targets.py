"""Where events may be sent: to the public internet over TLS, unless the configuration allows more.

A name is looked up once for each message, and the connection goes to the address that was checked.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from ledger_node.errors import InvalidField, Refusal

LONGEST = 500
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: A name and a port to addresses, as text.
Resolve = Callable[[str, int], list[str]]
#: What Python calls global and is not: IPv6 that leads to an IPv4 address (translators of RFC 6052, 6to4, Teredo), what
#: is kept for documents, the relays of 6to4.
NOT_PUBLIC = tuple(
    ipaddress.ip_network(one)
    for one in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "::/96",
        "3fff::/20",
        "192.88.99.0/24",
    )
)
#: All of IPv6 that is given out to be reached (RFC 4291).
UNICAST = ipaddress.IPv6Network("2000::/3")


class Forbidden(Exception):
    """The name leads to an address that is not allowed, or to none."""


@dataclass(frozen=True, slots=True)
class Target:
    host: str
    port: int
    tls: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """`http` allows targets without TLS, `private` addresses that are not public."""

    http: bool = False
    private: bool = False

    def target_of(self, url: str) -> Target:
        """Refusal for one that is not allowed whatever its name leads to, InvalidField when it is none; neither says
        the URL."""
        schemes = ("https", "http")
        try:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            raise _refused(url, schemes) from None
        clean = len(url) <= LONGEST and all("!" <= letter <= "~" for letter in url)
        if not clean or parts.scheme not in schemes or not parts.hostname or "@" in parts.netloc or parts.fragment:
            raise _refused(url, schemes)
        with suppress(ValueError):  # a name
            if not self._allows(ipaddress.ip_address(parts.hostname)):
                raise Refusal(
                    "the target is no public address",
                    got="an address of a private, local or reserved range",
                    needed="a public one, or webhooks.private in the node's configuration",
                )
        if parts.scheme == "http" and not self.http:
            raise Refusal("the target has no TLS", needed="https, or webhooks.http in the node's configuration")
        return Target(parts.hostname, port, parts.scheme == "https")

    def address_of(self, target: Target, resolve: Resolve) -> str:
        """The address to connect to. Forbidden unless every address of the name is allowed."""
        found = resolve(target.host, target.port)
        if not found or not all(self._allows(ipaddress.ip_address(one.partition("%")[0])) for one in found):
            raise Forbidden
        return found[0]

    def _allows(self, address: Address) -> bool:
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            return self._allows(address.ipv4_mapped)
        if address.is_multicast or address.is_unspecified:
            return False
        return self.private or _is_public(address)


def _is_public(address: Address) -> bool:
    if address.version == 6 and address not in UNICAST:
        return False
    return address.is_global and not any(address in network for network in NOT_PUBLIC)


def resolve(host: str, port: int) -> list[str]:
    """By the system."""
    return [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _refused(url: str, schemes: tuple[str, ...]) -> InvalidField:
    return InvalidField(
        "the target cannot be used",
        got=f"text of {len(url)} characters",
        needed=f"{' or '.join(schemes)} and a host, at most {LONGEST} characters; no user, no fragment",
        field="url",
    )
