"""What a person did in their course, as their documents tell it: no database, no course settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lti_tool.domain.content.programme import Chapter, Module
from lti_tool.domain.rules.live import SHARE_FOR_CERTIFICATE_PCT


def is_enough_for_certificate(*, open_chapters: int, live_share_pct: float) -> bool:
    """Tell whether nothing but modules can be missing for the certificate (curriculum, section 6)."""
    return open_chapters == 0 and live_share_pct >= SHARE_FOR_CERTIFICATE_PCT


@dataclass(frozen=True)
class CourseRecord:
    """What the course printed on a person's documents asks for beside the modules, and what that person did of it."""

    minutes: Mapping[str, int] = field(default_factory=dict)
    """By module slug: the minutes of the parts that were asked for and done."""
    tested: frozenset[str] = frozenset()
    """Slugs of the modules whose Lernerfolgskontrolle was passed."""
    open_chapters: Mapping[str, tuple[Chapter, ...]] = field(default_factory=dict)
    """By module slug: chapters of the draft that are still asked for; empty where the practice task is not."""
    live_left: frozenset[str] = frozenset()
    """Slugs of the modules with a live session that is asked for and neither attended nor made up for."""
    live_share_pct: float = 100.0
    """How much of the live time was attended or made up for; 100 where the live part is not asked for."""
    draft_title: str = ""
    """The title of the person's own draft; empty: the course asks for none, or it has no title."""

    @property
    def is_live_short(self) -> bool:
        return self.live_share_pct < SHARE_FOR_CERTIFICATE_PCT

    @property
    def is_done(self) -> bool:
        """Whether nothing but modules can be missing for the certificate."""
        open_chapters = sum(map(len, self.open_chapters.values()))
        return is_enough_for_certificate(open_chapters=open_chapters, live_share_pct=self.live_share_pct)

    def minutes_in(self, module: Module) -> int:
        """Return the minutes that really apply to a module."""
        return self.minutes.get(module.slug, 0)
