"""How this tool speaks HTTP to platforms: short patience, small answers, no redirects, its own name."""

import json
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from threading import Lock
from typing import Any

from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_auth_from_url, get_environ_proxies, select_proxy
from urllib3 import BaseHTTPResponse, PoolManager, ProxyManager, Timeout, make_headers
from urllib3.exceptions import ConnectTimeoutError, HTTPError, LocationValueError, NewConnectionError, ReadTimeoutError, SSLError

from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.lti.json_shapes import origin_of
from lti_tool.lti.transport.patience import time_for_call
from lti_tool.lti.transport.timed_connections import be_patient_only_in_time, within

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 15.0
# The read timeout counts from byte to byte; this one ends a request whose answer trickles.
WHOLE_REQUEST_S = 30.0
LARGEST_ANSWER = 2 * 1024 * 1024
# Canvas asks for a User-Agent, and some installations of Moodle answer 403 to a library's own.
USER_AGENT = "lti-tool"


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    status: int
    reason: str
    """The platform's words; may name people, so it is for decisions and not for the log."""
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Read the body as JSON whatever its Content-Type says: Moodle sends tokens as text/html.

        Raises:
            ValueError: it is none.
        """
        try:
            return json.loads(self.body)
        except RecursionError as err:
            raise ValueError("nested too deeply") from err

    def retry_after_s(self, *, now_s: float) -> int | None:
        """Give the seconds that Retry-After asks for, as number or date (RFC 9110, 10.2.3); at most a day."""
        value = self.headers.get("Retry-After", "").strip()
        if value.isascii() and value.isdigit():
            return min(int(value[:9]), 86400)
        try:
            seconds = parsedate_to_datetime(value).timestamp() - now_s
        except (ValueError, TypeError, OverflowError):
            return None
        return max(0, min(int(seconds), 86400))


class Http:
    """One pool of kept connections for a process; safe to use from its threads.

    urllib3 itself and not requests on top of it: that is a third of the CPU time of a score.
    """

    def __init__(self, *, user_agent: str = USER_AGENT, read_timeout_s: float = READ_TIMEOUT_S) -> None:
        self._timeout = Timeout(connect=CONNECT_TIMEOUT_S, read=read_timeout_s)
        self._headers = {"User-Agent": user_agent, "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
        self._lock = Lock()
        self._ways: dict[str, PoolManager] = {}
        self._managers: dict[tuple[str | None, bool], PoolManager] = {}

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
        """Send one request and read the whole answer, whatever its status.

        Raises:
            ServiceUnavailable: no connection, no answer in time, no time left (`patience`), or an answer that breaks off.
            ServiceRefused: the address is none, or the answer is larger than `largest`.
        """
        origin = origin_of(url)
        if origin is None:
            raise ServiceRefused("bad_address")
        asked = {**self._headers, **headers} if headers else dict(self._headers)
        if bearer is not None:
            asked["Authorization"] = f"Bearer {bearer}"
        with within(time_for_call(WHOLE_REQUEST_S)):
            response = self._begin(method, url, asked, body, self._way_to(origin))
            return HttpAnswer(response.status, response.reason or "", response.headers, _read(response, largest))

    def _begin(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, way: PoolManager) -> BaseHTTPResponse:
        try:
            return way.urlopen(
                method,
                url,
                body=body,
                headers=headers,
                timeout=self._timeout,
                retries=False,
                redirect=False,
                preload_content=False,
            )
        except (LocationValueError, UnicodeError) as err:
            raise ServiceRefused("bad_address") from err
        except NewConnectionError as err:  # before its base class: nobody listens, or the name is unknown
            raise ServiceUnavailable("unreachable") from err
        except (ReadTimeoutError, ConnectTimeoutError) as err:
            raise ServiceUnavailable("timeout") from err
        except SSLError as err:
            raise ServiceUnavailable("tls") from err
        except HTTPError as err:
            raise ServiceUnavailable("unreachable") from err

    def close(self) -> None:
        with self._lock:
            for manager in self._managers.values():
                manager.clear()

    def _way_to(self, origin: str) -> PoolManager:
        """Give the connections that lead to an origin: its own, or those of the proxy that the environment names for it."""
        way = self._ways.get(origin)
        if way is None:
            proxy = select_proxy(origin, get_environ_proxies(origin))
            kind = (proxy, "https://" in (origin[:8], (proxy or "")[:8]))
            with self._lock:
                way = self._managers.get(kind) or _connections(proxy, tls_context() if kind[1] else None)
                self._managers[kind] = self._ways[origin] = way
        return way


def tls_context() -> ssl.SSLContext:
    """Give the rules for TLS: checked against the usual authorities, or the operator's own where the environment names them.

    Make it once for many connections: reading the authorities takes longer than a handshake.
    """
    path = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH
    return ssl.create_default_context(cafile=None if os.path.isdir(path) else path, capath=path if os.path.isdir(path) else None)


def _connections(proxy: str | None, tls: ssl.SSLContext | None) -> PoolManager:
    sizes: dict[str, Any] = {"num_pools": 16, "maxsize": 32, "ssl_context": tls}
    if proxy is None:
        return be_patient_only_in_time(PoolManager(**sizes))
    # Who names a proxy may leave out its scheme.
    address = proxy if "://" in proxy else f"http://{proxy}"
    user, password = get_auth_from_url(address)
    credentials = make_headers(proxy_basic_auth=f"{user}:{password}") if user else None
    return be_patient_only_in_time(ProxyManager(address, proxy_headers=credentials, proxy_ssl_context=tls, **sizes))


def _read(response: BaseHTTPResponse, largest: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    try:
        # What is counted is what came out of unpacking: a small answer cannot grow into a large one.
        while chunk := response.read1(64 * 1024, decode_content=True):
            chunks.append(chunk)
            size += len(chunk)
            if size > largest:
                raise ServiceRefused("answer_too_large")
    except ReadTimeoutError as err:
        raise ServiceUnavailable("timeout") from err
    except (HTTPError, OSError) as err:
        raise ServiceUnavailable("broken_off") from err
    finally:
        # After a whole answer this does nothing to the connection, which went back to its pool; half an answer ends it.
        response.close()
    return b"".join(chunks)
