"""Forms that are taken once: pressed twice, the second time gives the same answer and changes nothing."""

import hashlib
from typing import TYPE_CHECKING

from flask import request

from lti_tool.platforms.use_form_key import use_form_key
from lti_tool.web.parts import parts
from lti_tool.web.visits.browser_session import CSRF_FIELD, FORM_KEY_FIELD, current_visitor

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def is_first_time(session: "Session") -> bool:
    """Whether the present form comes for the first time; call it in the transaction of what the form does.

    A form without a key is one of an earlier release, still open somewhere while this one is rolled out.
    """
    if not request.form.get(FORM_KEY_FIELD):
        return True
    # With its address and what it holds: several forms of a page that came back may have one key, and somebody may go back to
    # the page that a browser has kept and mean something else there.
    held = hashlib.sha256(request.path.encode())
    for name, values in sorted(request.form.lists()):
        if name != CSRF_FIELD:
            held.update(repr((name, values)).encode("utf-8", "replace"))
    return use_form_key(session, held.hexdigest(), user_id=current_visitor().user_id, now=parts().now())
