"""Reads lists that a platform hands out page by page (Link header, rel="next"; RFC 8288)."""

import html
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from lti_tool.lti.advantage.service_client import ServiceClient, ServiceRequest, checked, json_of
from lti_tool.lti.errors import ServiceUnavailable
from lti_tool.lti.ports import Registration

# With the tool's own page size that is the largest roster it takes; time is bound by whoever asks (`patience`).
MOST_PAGES = 500
# Moodle 4.2 writes the line items' header with typographic quotes (as Latin-1 bytes) and `&amp;` in the address.
_LINK = re.compile(r"<([^<>]*)>((?:[^,<]|,(?!\s*<))*)")
_PARAMETER = re.compile(r";\s*([A-Za-z*]+)\s*=\s*(\"[^\"]*\"|[^;\"]*)")
# Everything but printable ASCII parts words, and so do quotes of any kind.
_BETWEEN_WORDS = re.compile(r"[^\x21-\x7e]+|[\"']+")


def next_page_of(link_header: str, page_url: str) -> str | None:
    """Give the address of the next page, None on the last; `rel` is a list of words (RFC 8288, 3.3)."""
    address: str
    for address, parameters in _LINK.findall(link_header):
        if "next" in _relations(parameters):
            try:
                return urljoin(page_url, html.unescape(address))
            except ValueError:
                # `http://[`: no address at all, which whoever is asked to call it will say.
                return address
    return None


def _relations(parameters: str) -> list[str]:
    """Give the words of the first `rel`; later ones do not count."""
    for name, value in _PARAMETER.findall(parameters):
        if name.lower() == "rel":
            return [word.lower() for word in _BETWEEN_WORDS.split(value)]
    return []


def read_pages(client: ServiceClient, registration: Registration, first: ServiceRequest, *, now: datetime) -> Iterator[Any]:
    """Give the JSON of each page. Every page's address is checked anew: the token goes to the platform only.

    Raises:
        ServiceRefused: the platform says no, or a next page lies on another origin.
        ServiceUnavailable: the platform is down, or the pages do not end.
    """
    seen: set[str] = set()
    url: str | None = first.url
    named_by = first.named_by
    while url is not None:
        if url in seen or len(seen) >= MOST_PAGES:
            raise ServiceUnavailable("endless_pages", "The platform's pages do not come to an end.")
        seen.add(url)
        request = ServiceRequest(first.method, url, first.scopes, accept=first.accept, named_by=named_by)
        answer = checked(client.call(registration, request, now=now), accepted=(200, 204), now=now)
        if answer.status == 204:
            # Some say so that a list is empty.
            return
        yield json_of(answer)
        url, named_by = next_page_of(answer.headers.get("Link", ""), url), url
