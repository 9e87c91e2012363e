"""What an instructor can place in a course: each module, the strategy draft, the page of certificates."""

from dataclasses import dataclass
from typing import Final

from lti_tool.domain.hours import module_minutes
from lti_tool.domain.programme import Module, Programme
from lti_tool.messages import N_

WORKBOOK: Final = "workbook"
CERTIFICATES: Final = "certificates"
PAGES: Final = (WORKBOOK, CERTIFICATES)
"""Values of the custom parameter `page`."""

_PAGE_TEXTS: Final = {
    WORKBOOK: (
        N_("Mein Digitalstrategie-Entwurf"),
        N_("Ihr eigener Strategie-Entwurf: Kapitel für Kapitel schreiben, Rückmeldung bekommen und jederzeit herunterladen."),
    ),
    CERTIFICATES: (
        N_("Meine Nachweise"),
        N_("Hier steht, was Ihnen für das Zertifikat noch fehlt; hier laden Sie es herunter."),
    ),
}


@dataclass(frozen=True)
class Placeable:
    """One thing to place; `key` is a module's slug or one of `PAGES`."""

    key: str
    title: str
    text: str
    minutes: int
    """0 where no time is set."""
    module: Module | None

    @property
    def custom(self) -> dict[str, str]:
        """Give the custom parameters that find it again, also after a course was copied."""
        return {"page": self.key} if self.module is None else {"module": self.key}


def placeables(programme: Programme) -> tuple[Placeable, ...]:
    """List what can be placed, the modules first and in their order."""
    modules = [
        Placeable(
            key=module.slug,
            title=f"Modul {module.number}: {module.title}" if module.is_required else f"Wahlmodul: {module.title}",
            text=module.summary,
            minutes=module_minutes(module, programme.hours),
            module=module,
        )
        for module in programme.modules
    ]
    return (*modules, *(Placeable(page, *_PAGE_TEXTS[page], 0, None) for page in PAGES))
