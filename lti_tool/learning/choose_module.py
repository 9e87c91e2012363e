"""An instructor says which module a link without one stands for."""

import logging

from sqlalchemy import update
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.errors import Conflict, Forbidden
from lti_tool.learning.content import get_module
from lti_tool.messages import N_
from lti_tool.models import ResourceLink

log = logging.getLogger(__name__)


def check_may_choose(visitor: Visitor) -> None:
    """Raise where the visitor does not teach.

    Raises:
        Forbidden: they do not.
    """
    if not visitor.is_instructor:
        raise Forbidden(
            N_("Die Aktivität richtet die Kursleitung ein."), next_step=N_("Wählen Sie in der Übersicht ein Modul zum Lernen.")
        )


def choose_module(session: Session, programme: Programme, visitor: Visitor, module_slug: str) -> None:
    """Give the visitor's link its module. A link that has one keeps it: scores already hang on it.

    Raises:
        Forbidden: the visitor does not teach here.
        Conflict: the link has a module, or the visit came by no link.
    """
    check_may_choose(visitor)
    module = get_module(programme, module_slug)
    changed = session.execute(
        update(ResourceLink)
        .where(ResourceLink.id == visitor.resource_link_id, ResourceLink.module_slug.is_(None), ResourceLink.page == "")
        .values(module_slug=module.slug)
        .returning(ResourceLink.id)
    ).one_or_none()
    if changed is None:
        raise Conflict(
            N_("Diese Aktivität hat schon ein Modul."),
            next_step=N_("Für ein anderes Modul legen Sie im Kurs bitte eine weitere Aktivität an."),
        )
    log.info("module_chosen", extra={"link": changed.id, "module_slug": module.slug, "user": visitor.user_id})
