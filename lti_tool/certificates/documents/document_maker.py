"""What documents are made with: the template, and where they are switched on the seal and the badges."""

from dataclasses import dataclass
from pathlib import Path

from lti_tool.certificates.badges.badge_maker import BadgeMaker
from lti_tool.certificates.documents.seal_maker import SealMaker
from lti_tool.certificates.documents.typeset import SHIPPED_TEMPLATE
from lti_tool.certificates.verify.verify_document import SealCheck


@dataclass(frozen=True)
class DocumentMaker:
    """Wired once at start; `make_document` works with it."""

    template: Path = SHIPPED_TEMPLATE
    seal: SealMaker | None = None
    badges: BadgeMaker | None = None
    check_seal: SealCheck | None = None

    @property
    def asks_outside(self) -> bool:
        """Tell whether making a document has to wait for somebody outside (a timestamp authority)."""
        return self.seal is not None and self.seal.level != "B-B"
