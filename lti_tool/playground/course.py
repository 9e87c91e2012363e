"""The course's first contents: one activity with a coupled column for each of the five modules."""

from lti_tool.playground.deep_linking import place
from lti_tool.playground.site import Site
from lti_tool.playground.state import Activity, Tool

MODULES = (
    ("grundlagen-und-strategie", "Modul 1: Digitale Transformation und Smart City – Grundlagen und Strategie"),
    ("technologien-und-daten", "Modul 2: Technologien und Daten für die smarte Kommune"),
    ("sicherheit-und-datenschutz", "Modul 3: IT-Sicherheit, Datenschutz und Notfallmanagement"),
    ("beteiligung-und-vernetzung", "Modul 4: Beteiligung und Vernetzung"),
    ("umsetzung-und-kommunikation", "Modul 5: Veränderungsmanagement, Umsetzung und Kommunikation"),
)
_MAXIMUM = 100.0


def place_modules(site: Site, tool: Tool) -> None:
    """Put the five modules into the course, as a deep linking of the tool would have done."""
    with site.lock:
        for slug, title in MODULES:
            activity = Activity(site.next_id(), tool.id, title, tool.target_link_uri, custom={"module": slug})
            place(site, activity, maximum=_MAXIMUM, resource_id=slug)
        site.save()
