"""The course's first contents: one activity with a coupled column for each of the five modules."""

from dataclasses import replace

from lti_tool.playground.launching.deep_linking import place
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
# By which the tool knows its columns again.
TAG = "lti-tool"


def copy_course(site: Site) -> None:
    """Put a copy in the course's place, as backup and restore of Moodle 4.2.3 was recorded to make it.

    Course, activities and columns have new ids; custom parameters, resourceId and tag come along, grades stay behind. So do
    columns that belong to no activity.
    """
    with site.lock:
        state = site.state
        old, columns = list(state.activities.values()), list(state.columns.values())
        state.course_history.append(site.course_id)
        state.activities, state.columns, state.grades = {}, {}, {}
        for activity in old:
            copied = replace(activity, id=site.next_id(), custom=dict(activity.custom))
            state.activities[str(copied.id)] = copied
            for column in columns:
                if column.link_id == activity.id:
                    kept = replace(column, id=site.next_id(), link_id=copied.id)
                    state.columns[str(kept.id)] = kept
        site.save()


def place_modules(site: Site, tool: Tool) -> None:
    """Put the five modules into the course, as a deep linking of the tool would have done."""
    with site.lock:
        for slug, title in MODULES:
            activity = Activity(site.next_id(), tool.id, title, tool.target_link_uri, custom={"module": slug})
            place(site, activity, maximum=_MAXIMUM, resource_id=slug, tag=TAG)
        site.save()
