"""Which courses' sheets may be shown alone and which only together, so that no difference tells of a few people."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lti_tool.domain.surveys.publication import LEAST_PEOPLE, ShownDetail, detail_of, least_people

LEAST_ROWS = 20
LEAST_COURSES = 2
ANY = ""
"""Stands for a role or size that a row must not tell."""
Courses = frozenset[str]


@dataclass(frozen=True)
class PublishedSet:
    courses: Courses
    detail: ShownDetail


def may_publish(wanted: Courses, published: Collection[Courses], sizes: Mapping[str, int], *, least: int = LEAST_PEOPLE) -> bool:
    """Tell whether figures of `wanted` can be told beside those already published.

    Whatever is added and subtracted among published sets, the smallest that comes out are their overlaps.
    """
    return all(size >= least_people(least) for size in _overlaps([wanted, *published], sizes).values())


def published_sets(
    sizes: Mapping[str, int], published: Collection[Courses] = (), *, least: int = LEAST_PEOPLE
) -> tuple[PublishedSet, ...]:
    """Give the sets of courses whose figures are shown: those that are public already, each large course, all together.

    Small courses join the total only once they bring enough together; until then the total holds those that are told.
    """
    shown = list(dict.fromkeys(published))
    told = [frozenset({course}) for course, size in sizes.items() if size >= least_people(least)]
    # The total with everybody in it is better than one without the small ones, and both at once tell the small ones.
    for wanted in [*told, frozenset(sizes), frozenset().union(*shown, *told)]:
        is_other_total = len(wanted) > 1 and frozenset(sizes) in shown
        if wanted and wanted not in shown and not is_other_total and may_publish(wanted, shown, sizes, least=least):
            shown.append(wanted)
    overlaps = _overlaps(shown, sizes)
    return tuple(PublishedSet(each, _detail(each, shown, overlaps, least)) for each in shown)


def _overlaps(sets: Iterable[Courses], sizes: Mapping[str, int]) -> Counter[tuple[bool, ...]]:
    """Count the people of each overlap, named by the sets that it lies in; courses in none of them are left out."""
    listed = list(sets)
    found: Counter[tuple[bool, ...]] = Counter()
    for course, size in sizes.items():
        inside = tuple(course in each for each in listed)
        if any(inside) and size:
            found[inside] += size
    return found


def _detail(wanted: Courses, shown: Sequence[Courses], overlaps: Counter[tuple[bool, ...]], least: int) -> ShownDetail:
    """Tell how finely a set is shown: as its smallest overlap, for that one follows from the difference."""
    place = shown.index(wanted)
    sizes = [size for inside, size in overlaps.items() if inside[place]]
    return min((detail_of(size, is_open=False, least=least) for size in sizes), default=ShownDetail.FEWER_THAN_LEAST)


def research_rows(
    rows: Sequence[tuple[str, str]], sizes: Mapping[str, int], published: Collection[Courses] = (), *, least: int = LEAST_PEOPLE
) -> tuple[tuple[str, str], ...] | None:
    """Give role and size of each row as a research file may tell them; None where there must be no such file.

    `sizes` says how many sheets each course of the pool brought.
    """
    has_enough = len(rows) >= LEAST_ROWS and sum(1 for size in sizes.values() if size) >= LEAST_COURSES
    if not has_enough or not may_publish(frozenset(sizes), published, sizes, least=least):
        return None
    told = list(rows)
    for role in dict.fromkeys(role for role, _ in rows):
        _gather(told, [(role, size) for size in dict.fromkeys(size for _, size in rows) if size != ANY], (role, ANY), least)
    _gather(told, [pair for pair in dict.fromkeys(told) if pair != (ANY, ANY)], (ANY, ANY), least)
    return tuple(told)


def _gather(rows: list[tuple[str, str]], pairs: Sequence[tuple[str, str]], into: tuple[str, str], least: int) -> None:
    """Move the rare pairs among `pairs` into one, and the next smallest as long as that one is rare itself."""
    counts = Counter(rows)
    waiting = sorted((pair for pair in pairs if counts[pair]), key=lambda pair: counts[pair])
    while waiting and (counts[waiting[0]] < least_people(least) or 0 < counts[into] < least_people(least)):
        moved = waiting.pop(0)
        if moved == into:
            continue
        counts[into] += counts.pop(moved)
        rows[:] = [into if row == moved else row for row in rows]
