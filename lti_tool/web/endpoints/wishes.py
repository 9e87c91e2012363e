"""What a launch is for: its module, and the programme of a course that has none yet. Without a look into the database, mostly."""

import logging

from lti_tool.content_versions.pinned import programmes_with, slug_of_course
from lti_tool.domain.content.pin import Pin
from lti_tool.lti.claims.claims import Launch
from lti_tool.platforms.launching.front_door import Wish
from lti_tool.web.parts import parts
from lti_tool.web.step import reading

log = logging.getLogger(__name__)

# The custom parameter that names the programme of a page; a module names its own.
PROGRAMME = "programme"


def wish_of(launch: Launch) -> Wish:
    """Tell what a launch is for.

    A module that nobody knows, or of a programme that is not offered to the registration, counts as none, so that the instructor
    is offered to choose.
    """
    catalogue, registration_id = parts().catalogue, launch.registration.id
    slug = parts().front_door.wished_module(launch)
    if slug is None:
        return Wish(None, _pin_without_module(launch))
    served = catalogue.with_module(slug)
    if served is not None and catalogue.is_offered(served, registration_id):
        return Wish(slug, served.head.pin)
    return _wish_of_earlier(launch, slug)


def _pin_without_module(launch: Launch) -> Pin | None:
    """Name what the link says, or the only programme that there is to choose."""
    offered = parts().catalogue.offered_to(launch.registration.id)
    named = next((each for each in offered if each.head.slug == launch.custom.get(PROGRAMME)), None)
    if named is None and len(offered) == 1:
        named = offered[0]
    return named.head.pin if named else None


def _wish_of_earlier(launch: Launch, slug: str) -> Wish:
    """Look for a module in earlier versions, and for the course that goes on with a programme that is not offered any more."""
    with reading() as session:
        having = programmes_with(session, slug)
        context = launch.context.id if launch.context else None
        learns_with = slug_of_course(session, launch.registration.id, context)
    served = parts().catalogue.with_module(slug)
    if learns_with is not None and (learns_with in having or (served is not None and served.head.slug == learns_with)):
        return Wish(slug)
    offered = {each.head.slug: each.head.pin for each in parts().catalogue.offered_to(launch.registration.id)}
    pin = next((offered[each] for each in having if each in offered), None)
    if pin is None or served is not None:
        log.warning("module_unknown", extra={"registration": launch.registration.id})
        return Wish(None, _pin_without_module(launch))
    return Wish(slug, pin)
