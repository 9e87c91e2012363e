"""Which of the columns in a course's list are for our modules: the pure rule."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lti_tool.lti.advantage.line_items import LineItem
from lti_tool.passback.columns.line_item import TAG, rank

# What our tables take.
_LONGEST_ID = 500
_LONGEST_SLUG = 100


@dataclass(frozen=True, slots=True)
class KnownLink:
    """A link of the course that somebody has launched and that takes scores."""

    key: int
    platform_id: str
    module_slug: str
    named_url: str | None
    """The line item that its latest launch named."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A column that takes the scores of a module."""

    item: LineItem
    module_slug: str
    link: KnownLink | None
    """None: nobody has launched the link that it belongs to, or it belongs to none."""


def choose_columns(
    items: Sequence[LineItem],
    links: Sequence[KnownLink],
    *,
    made_by_us: Collection[str],
    modules: Collection[str],
    other_links: Collection[str] = (),
    remembered: Mapping[str, str] | None = None,
) -> list[Chosen]:
    """Choose the columns that get our scores.

    Of a known link its own column, whatever it is called. Of links that nobody has launched those that bear a module's name as
    resource id, and our tag or none. One that belongs to no link (it came along with a copied course) only where the module
    has no other: the activity's own column wins.

    Args:
        made_by_us: addresses of columns that we have made beside an activity.
        modules: whose scores are due in the course.
        other_links: the platform's ids of links that we know and that take no scores for a module.
        remembered: modules of links that nobody has launched, by the platform's ids: a column of theirs bore the marks once.
    """
    of_link: defaultdict[str | None, list[LineItem]] = defaultdict(list)
    for item in items:
        of_link[item.resource_link_id].append(item)
    by_url = {item.url: item for item in items}
    chosen: list[Chosen] = []
    for link in links:
        own = of_link.get(link.platform_id) or [by_url[url] for url in (link.named_url,) if url in by_url]
        if own:
            best = min(own, key=lambda item: rank(item, link.module_slug, made_by_us=made_by_us, named=link.named_url))
            chosen.append(Chosen(best, link.module_slug, link))
    known = {link.platform_id for link in links} | set(other_links)
    for platform_id, own in of_link.items():
        if platform_id is None or platform_id in known or len(platform_id) > _LONGEST_ID:
            continue
        slug = (remembered or {}).get(platform_id)
        ours = [item for item in own if slug is not None or _is_for(item, modules)]
        if ours:
            best = min(ours, key=lambda item: rank(item, slug or item.resource_id or "", made_by_us=made_by_us))
            chosen.append(Chosen(best, slug or best.resource_id or "", None))
    return chosen + _alone(of_link[None], links, chosen)


def _alone(items: Sequence[LineItem], links: Sequence[KnownLink], chosen: Sequence[Chosen]) -> list[Chosen]:
    """Choose columns that belong to no link, for modules that have no other; a known link of the module takes it."""
    served = {each.module_slug for each in chosen}
    taken = {each.item.url for each in chosen}
    found = []
    for item in items:
        slug = item.resource_id
        if slug is None or slug in served or item.url in taken or item.tag != TAG or len(slug) > _LONGEST_SLUG:
            continue
        served.add(slug)
        found.append(Chosen(item, slug, next((link for link in links if link.module_slug == slug), None)))
    return found


def _is_for(item: LineItem, modules: Collection[str]) -> bool:
    """Whether a column was made for a module of ours; without our tag only where something is due for it."""
    if item.resource_id is None or len(item.resource_id) > _LONGEST_SLUG:
        return False
    return item.tag == TAG or (item.tag is None and item.resource_id in modules)
