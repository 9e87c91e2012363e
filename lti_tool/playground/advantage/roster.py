"""NRPS: the members of the course, by the rules that Moodle 4.2.3 was seen to follow."""

import unicodedata
from collections.abc import Mapping

from lti_tool.playground.advantage.answers import Answer, ServiceRefused, json_answer
from lti_tool.playground.launching import claim_names as names
from lti_tool.playground.launching import open_edx
from lti_tool.playground.launching.claims import basic_outcome, memberships_url
from lti_tool.playground.people import Person
from lti_tool.playground.site import Site
from lti_tool.playground.state import Activity, Json, Tool

_ROLE_FILTERS = {
    "Learner": "Learner",
    "Instructor": "Instructor",
    names.ROLE_LEARNER: "Learner",
    names.ROLE_INSTRUCTOR: "Instructor",
}


def _by_family_name(person: Person) -> tuple[str, str]:
    plain = unicodedata.normalize("NFKD", f"{person.family_name} {person.given_name}".casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter)), person.id


class Roster:
    """Reads the course's members out to a tool."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def memberships(self, tool: Tool, query: Mapping[str, str]) -> Answer:
        """Answer GET memberships: everybody at once, or pages where `limit` asks for them."""
        activity = self._activity(tool, query.get("rlid"))
        members = self._members(_ROLE_FILTERS.get(query.get("role", "")))
        headers: dict[str, str] = {}
        limit = int(query["limit"]) if query.get("limit", "").isdigit() else 0
        if limit > 0:
            start = int(query["from"]) if query.get("from", "").isdigit() else 0
            if start + limit < len(members):
                headers["Link"] = self._next(tool, limit, start + limit, query.get("rlid"))
            members = members[start : start + limit]
        body = {
            "id": memberships_url(self._site, tool),
            "context": {"id": open_edx.COURSE_KEY}
            if self._site.is_open_edx
            else {"id": self._site.course_id, "label": self._site.course_label, "title": self._site.course_title},
            "members": [self._member(tool, person, activity) for person in members],
        }
        return json_answer(body, names.MEDIA_MEMBERSHIPS, headers=headers)

    def _activity(self, tool: Tool, rlid: str | None) -> Activity | None:
        if not rlid:
            return None
        with self._site.lock:
            activity = self._site.state.activities.get(rlid)
        if activity is None or activity.tool_id != tool.id:
            raise ServiceRefused(404, f"Not Found: LTI link {rlid} doesn't exist")
        return activity

    def _members(self, bare_role: str | None) -> list[Person]:
        with self._site.lock:
            suspended = set(self._site.state.suspended)
        # Suspended members are not sent as Inactive: they are left out.
        present = [person for person in self._site.members() if person.id not in suspended]
        chosen = [person for person in present if bare_role in (None, person.bare_role)]
        return sorted(chosen, key=_by_family_name)

    def _next(self, tool: Tool, limit: int, start: int, rlid: str | None) -> str:
        # The role filter is missing in Moodle's next link, as seen.
        more = f"limit={limit}&from={start}" + (f"&rlid={rlid}" if rlid else "")
        return f'<{memberships_url(self._site, tool)}?{more}>; rel="next"'

    def _member(self, tool: Tool, person: Person, activity: Activity | None) -> Json:
        if self._site.is_open_edx:
            shares = person.shares_name
            return open_edx.member(person, shares_name=tool.shares_name and shares, shares_email=tool.shares_email and shares)
        member: Json = {"status": "Active", "roles": [person.bare_role]}
        if activity is not None:
            outcome = basic_outcome(self._site, tool, person, activity)
            message = {names.MESSAGE_TYPE: names.RESOURCE_LINK_REQUEST, names.BASIC_OUTCOME: outcome}
            member["message"] = [message]
        member |= {"user_id": person.id, "lis_person_sourcedid": person.sourced_id}
        if tool.shares_name and person.shares_name:
            member |= {"name": person.name, "given_name": person.given_name, "family_name": person.family_name}
        if tool.shares_email and person.shares_name:
            member["email"] = person.email
        if tool.shares_name and person.shares_name:
            member["ext_user_username"] = person.username
        return member
