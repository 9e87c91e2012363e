"""How this tool speaks HTTP to platforms: short patience, small answers, no redirects, its own name."""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.request import getproxies

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema, RequestException, SSLError, Timeout
from urllib3.exceptions import HTTPError, ReadTimeoutError

from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.lti.json_shapes import origin_of

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 15.0
# The read timeout counts from byte to byte; this one ends an answer that trickles.
WHOLE_ANSWER_S = 30.0
LARGEST_ANSWER = 2 * 1024 * 1024
# Canvas asks for a User-Agent, and some installations of Moodle answer 403 to a library's own.
USER_AGENT = "lti-tool"


@dataclass(frozen=True, slots=True)
class Answer:
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


class _Bearer(AuthBase):
    """Sets the token as requests' own auth: else a ~/.netrc entry for the host would take its place."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Http:
    """One pool of kept connections for a process; safe to use from its threads."""

    def __init__(self, *, user_agent: str = USER_AGENT, read_timeout_s: float = READ_TIMEOUT_S) -> None:
        self._timeouts = (CONNECT_TIMEOUT_S, read_timeout_s)
        self._session = requests.Session()
        self._session.headers["User-Agent"] = user_agent
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # requests looks through the environment at every call; do without where there is nothing to find there.
        self._session.trust_env = bool(getproxies() or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE"))
        adapter = HTTPAdapter(pool_connections=16, pool_maxsize=32)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        bearer: str | None = None,
        largest: int = LARGEST_ANSWER,
    ) -> Answer:
        """Send one request and read the whole answer, whatever its status.

        Raises:
            ServiceUnavailable: no connection, no answer in time, or an answer that breaks off.
            ServiceRefused: the address is none, or the answer is larger than `largest`.
        """
        if origin_of(url) is None:
            raise ServiceRefused("bad_address")
        try:
            with self._session.request(
                method,
                url,
                data=body,
                headers=headers,
                auth=_Bearer(bearer) if bearer is not None else None,
                timeout=self._timeouts,
                allow_redirects=False,
                stream=True,
            ) as response:
                content = _read(response, largest)
        except (InvalidURL, InvalidSchema, MissingSchema, UnicodeError) as err:
            raise ServiceRefused("bad_address") from err
        except Timeout as err:
            raise ServiceUnavailable("timeout") from err
        except SSLError as err:
            raise ServiceUnavailable("tls") from err
        except RequestException as err:
            raise ServiceUnavailable("unreachable") from err
        return Answer(response.status_code, response.reason or "", response.headers, content)

    def close(self) -> None:
        self._session.close()


def _read(response: requests.Response, largest: int) -> bytes:
    deadline = time.monotonic() + WHOLE_ANSWER_S
    chunks: list[bytes] = []
    size = 0
    try:
        # `read1` gives what has come so far, so the deadline is looked at between arrivals. What is counted is what came
        # out of unpacking: a small answer cannot grow into a large one.
        while chunk := response.raw.read1(64 * 1024, decode_content=True):
            chunks.append(chunk)
            size += len(chunk)
            if size > largest:
                raise ServiceRefused("answer_too_large")
            if time.monotonic() > deadline:
                raise ServiceUnavailable("timeout")
    except ReadTimeoutError as err:
        raise ServiceUnavailable("timeout") from err
    except (HTTPError, OSError) as err:
        raise ServiceUnavailable("broken_off") from err
    return b"".join(chunks)
