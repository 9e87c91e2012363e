"""What a teacher does to activities and grades, as Moodle 4.5 was seen to carry it out, and what other platforms do otherwise."""

from dataclasses import replace
from typing import Final

from lti_tool.messages import N_
from lti_tool.playground.site import Site, Unknown
from lti_tool.playground.state import Activity, Column, Grade, grade_key

ODDITIES: Final = {
    "points_as_they_come": N_("Punkte kommen an, wie sie gesendet werden, ohne Umrechnung (wie OpenOLAT)"),
    "results_as_texts": N_("Zahlen in den Ergebnissen sind Texte"),
    "no_line_items": N_("Kein Dienst für Spalten: Nur die eigene Spalte wird genannt (wie ILIAS)"),
    "no_scores": N_("Kein Dienst für Bewertungen"),
}
_MAXIMUM = 100.0


class Gradebook:
    """The switches of a course's teacher."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def own_column(self, activity: Activity) -> Column | None:
        """Find the column that an activity has brought itself."""
        with self._site.lock:
            columns = self._site.state.columns.values()
            return next((each for each in columns if each.link_id == activity.id and each.is_coupled), None)

    def allow_grades(self, activity: Activity, is_allowed: bool) -> None:
        """Tick or untick that a tool may add grades: unticking deletes the column with its grades, ticking makes a new one.

        The new one is called like the activity and has none of the tool's marks.
        """
        with self._site.lock:
            own = self.own_column(activity)
            if own is not None and not is_allowed:
                self._remove(own)
            elif own is None and is_allowed:
                made = Column(
                    self._site.next_id(),
                    activity.tool_id,
                    activity.title,
                    _MAXIMUM,
                    link_id=activity.id,
                    is_coupled=True,
                    course=activity.course,
                )
                self._site.state.columns[str(made.id)] = made
            self._site.save()

    def delete_column(self, column: Column) -> None:
        """Delete a column with its grades."""
        with self._site.lock:
            self._remove(column)
            self._site.save()

    def empty(self, column: Column | None = None) -> None:
        """Empty a column, or all of them as resetting the course does; overridden grades go as well."""
        with self._site.lock:
            grades = self._site.state.grades
            for key in [key for key in grades if column is None or key.startswith(f"{column.id}:")]:
                del grades[key]
            self._site.save()

    def override(self, column: Column, user: str, value: float | None) -> None:
        """Set a grade by hand; None takes the override back, and what the tool has sent shows again."""
        with self._site.lock:
            grades, key = self._site.state.grades, grade_key(column.id, user)
            now = self._site.now().timestamp()
            cell = grades.get(key, Grade(None, None, int(now), now))
            grades[key] = replace(cell, overridden=value)
            if value is None and cell.value is None:
                del grades[key]
            self._site.save()

    def lock(self, column: Column, is_locked: bool) -> None:
        """Lock a column or unlock it."""
        with self._site.lock:
            column.is_locked = is_locked
            self._site.save()

    def change_maximum(self, column: Column, maximum: float) -> None:
        """Give a column another maximum, as a teacher does: grades are not converted."""
        with self._site.lock:
            column.maximum = maximum
            self._site.save()

    def set_oddity(self, oddity: str, is_on: bool) -> None:
        """Switch something that other platforms do."""
        if oddity not in ODDITIES:
            raise Unknown(N_("Diese Eigenheit gibt es hier nicht."))
        with self._site.lock:
            state = self._site.state
            state.oddities = sorted({*state.oddities, oddity} if is_on else set(state.oddities) - {oddity})
            self._site.save()

    def _remove(self, column: Column) -> None:
        self._site.state.columns.pop(str(column.id), None)
        grades = self._site.state.grades
        for key in [key for key in grades if key.startswith(f"{column.id}:")]:
            del grades[key]
