"""Requests to addresses that somebody else chose: never into our own network, never further than told, never for long.

At registration a platform's address comes from outside (SSRF). So for each request: https only, the name is resolved once
and every address it has is checked, the connection goes to the address that was checked (no DNS rebinding), redirects are
not followed, size and time are capped over all (no slow drip). A proxy of the environment is not used: it would resolve the
name by itself.
"""

import http.client
import io
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from threading import BoundedSemaphore
from typing import Any, BinaryIO, TypeAlias, cast
from urllib.parse import urlsplit

from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.lti.json_shapes import origin_of
from lti_tool.lti.transport.http import USER_AGENT, HttpAnswer, tls_context

# So many requests of a process wait for addresses of strangers at once; whoever finds no room is soon told. Else twenty calls of
# one who holds an invitation, for a server that never answers, would take all threads.
AT_ONCE = 2
WAIT_FOR_ROOM_S = 0.5
_room = BoundedSemaphore(AT_ONCE)
CONNECT_TIMEOUT_S = 5.0
WHOLE_REQUEST_S = 10.0
LARGEST_ANSWER = 256 * 1024
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
# Azure answers here with secrets of the machine although the address counts as public.
_METADATA = frozenset({"168.63.129.16", "100.100.100.200", "fd00:ec2::254"})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve: TypeAlias = Callable[[str, int], list[str]]


def resolve(host: str, port: int) -> list[str]:
    """Give all addresses of a host as the system's resolver knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_forbidden(address: str, *, allow_private: bool) -> bool:
    """Tell whether a request from outside must not reach this address.

    Args:
        allow_private: the platform may stand in a private network or on this machine. Link-local addresses, where clouds
            keep their metadata, stay forbidden all the same.
    """
    try:
        ip = _unwrapped(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return True
    if str(ip) in _METADATA or ip.is_link_local or ip.is_multicast or ip.is_unspecified:
        return True
    if allow_private and (ip.is_loopback or ip.is_private):
        return False
    return ip.is_reserved or not ip.is_global


def _unwrapped(ip: Address) -> Address:
    """Give the IPv4 address that an IPv6 one stands for (mapped, 6to4, NAT64), else the address itself."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


class GuardedHttp:
    """Sends single requests under the rules above; safe to use from many threads."""

    def __init__(
        self,
        *,
        allow_private: bool,
        user_agent: str = USER_AGENT,
        resolve: Resolve = resolve,
        whole_request_s: float = WHOLE_REQUEST_S,
    ) -> None:
        self._allow_private = allow_private
        self._user_agent = user_agent
        self._resolve = resolve
        self._whole_request_s = whole_request_s

    def check(self, url: str) -> list[str]:
        """Give the addresses that a request to `url` may go to.

        Raises:
            ServiceRefused: `bad_address`, `not_https` or `private_address`.
            ServiceUnavailable: `unknown_host`.
        """
        origin = origin_of(url)
        if origin is None:
            raise ServiceRefused("bad_address")
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme != "https" and not (self._allow_private and host in _LOOPBACK_NAMES):
            raise ServiceRefused("not_https")
        try:
            addresses = self._resolve(host, _port_of(url))
        except (OSError, UnicodeError) as err:
            raise ServiceUnavailable("unknown_host") from err
        # One forbidden address is enough: which of several is taken is not for the other side to choose.
        if any(is_forbidden(address, allow_private=self._allow_private) for address in addresses):
            raise ServiceRefused("private_address")
        if not addresses:
            raise ServiceUnavailable("unknown_host")
        return addresses

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        bearer: str | None = None,
        largest: int = LARGEST_ANSWER,
    ) -> HttpAnswer:
        """Send one request and read the whole answer, whatever its status, but a redirect.

        Raises:
            ServiceRefused: see `check`; `redirect` or `answer_too_large`.
            ServiceUnavailable: `busy`, `unknown_host`, `unreachable`, `tls`, `timeout` or `broken_off`.
        """
        if not _room.acquire(timeout=WAIT_FOR_ROOM_S):
            raise ServiceUnavailable("busy")
        try:
            return self._send(method, url, headers=headers, body=body, bearer=bearer, largest=largest)
        finally:
            _room.release()

    def _send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None,
        body: bytes | None,
        bearer: str | None,
        largest: int,
    ) -> HttpAnswer:
        deadline = time.monotonic() + self._whole_request_s
        addresses = self.check(url)
        parts = urlsplit(url)
        asked = {"User-Agent": self._user_agent, "Connection": "close", **(headers or {})}
        if bearer is not None:
            asked["Authorization"] = f"Bearer {bearer}"
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        # Port 443 belongs to https, so it is left out of the Host header there.
        connection.default_port = 443 if parts.scheme == "https" else 80
        connection.port = _port_of(url)
        wire = _open(url, addresses, deadline)
        connection.sock = cast(socket.socket, wire)
        try:
            connection.request(method, f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", body=body, headers=asked)
            response = connection.getresponse()
            if 300 <= response.status < 400:
                raise ServiceRefused("redirect")
            content = _read(response, largest)
        except TimeoutError as err:
            raise ServiceUnavailable("timeout") from err
        except ssl.SSLError as err:
            raise ServiceUnavailable("tls") from err
        except ValueError as err:
            raise ServiceRefused("bad_address") from err
        except (http.client.HTTPException, OSError) as err:
            raise ServiceUnavailable("broken_off") from err
        finally:
            wire.hang_up()
        return HttpAnswer(response.status, response.reason, dict(response.getheaders()), content)


def _port_of(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def _open(url: str, addresses: list[str], deadline: float) -> "_Wire":
    """Connect to the first of the checked addresses that answers; TLS is checked against the name."""
    parts = urlsplit(url)
    for address in addresses:
        patience_s = min(CONNECT_TIMEOUT_S, deadline - time.monotonic())
        if patience_s <= 0:
            break
        try:
            plain = socket.create_connection((address, _port_of(url)), timeout=patience_s)
        except OSError:
            continue
        if parts.scheme != "https":
            return _Wire(plain, deadline)
        try:
            return _Wire(tls_context().wrap_socket(plain, server_hostname=parts.hostname), deadline)
        except TimeoutError as err:
            plain.close()
            raise ServiceUnavailable("timeout") from err
        except (OSError, ValueError) as err:
            plain.close()
            raise ServiceUnavailable("tls") from err
    raise ServiceUnavailable("unreachable")


def _read(response: http.client.HTTPResponse, largest: int) -> bytes:
    if response.length is not None and response.length > largest:
        raise ServiceRefused("answer_too_large")
    content = response.read(largest + 1)
    if len(content) > largest:
        raise ServiceRefused("answer_too_large")
    return content


class _Wire:
    """What `http.client` needs of a socket, with one deadline for everything: a byte now and then does not move it."""

    def __init__(self, connected: socket.socket, deadline: float) -> None:
        self._socket = connected
        self._deadline = deadline

    def be_quick(self) -> socket.socket:
        """Give the socket, which waits no longer than what is left of the time."""
        left_s = self._deadline - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        self._socket.settimeout(left_s)
        return self._socket

    def sendall(self, data: Any) -> None:
        self.be_quick().sendall(data)

    def makefile(self, mode: str) -> BinaryIO:
        return cast(BinaryIO, io.BufferedReader(_WireReads(self)))

    def close(self) -> None:
        """Leave it open: `http.client` calls this as soon as the headers are there, and the body is still to be read."""

    def hang_up(self) -> None:
        self._socket.close()


class _WireReads(io.RawIOBase):
    def __init__(self, wire: _Wire) -> None:
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._wire.be_quick().recv_into(buffer)
