"""Results: what a gradebook holds (Assignment and Grade Services 2.0, section 3.3)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lti_tool.lti.advantage.line_items import results_url
from lti_tool.lti.advantage.paging import read_pages
from lti_tool.lti.advantage.peer_numbers import number_of
from lti_tool.lti.advantage.service_client import ServiceClient, ServiceRequest
from lti_tool.lti.claims.claim_names import RESULTS_TYPE, SCOPE_RESULT_READ
from lti_tool.lti.ports import Registration


@dataclass(frozen=True, slots=True)
class ToldResult:
    """A result as the platform tells it: so many points of so many."""

    given: float
    maximum: float
    at: datetime | None = None

    @property
    def of_100(self) -> float:
        return self.given * 100 / self.maximum


def read_results(
    client: ServiceClient, registration: Registration, line_item_url: str, *, user_id: str | None = None, now: datetime
) -> dict[str, ToldResult]:
    """Return what a column holds, by the users' `sub`.

    Args:
        user_id: only this user's, where the platform can choose. Open edX cannot: it gives everybody's all the same.

    Raises:
        ServiceRefused, ServiceUnavailable: see `read_pages`.
    """
    # Without `limit`: Moodle 4.2 fails with it (404, "Call to a member function out() on null").
    request = ServiceRequest("GET", results_url(line_item_url, user_id=user_id), (SCOPE_RESULT_READ,), accept=RESULTS_TYPE)
    found: dict[str, ToldResult] = {}
    for page in read_pages(client, registration, request, now=now):
        for entry in page if isinstance(page, list) else ():
            result = _result(entry)
            if result is not None:
                found[str(entry["userId"])] = result
    return found


def _result(entry: Any) -> ToldResult | None:
    """Read one result (3.3.4); None where there is no score in it."""
    if not isinstance(entry, dict) or "userId" not in entry:
        return None
    given, maximum = number_of(entry.get("resultScore")), number_of(entry.get("resultMaximum"))
    if given is None:
        return None
    # Without resultMaximum it is 1. A maximum of 0 or less would be a column that counts for nothing.
    return ToldResult(given, maximum if maximum is not None and maximum > 0 else 1.0, _iso_moment(entry.get("timestamp")))


def _iso_moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment is not None and moment.tzinfo is not None else None
