"""The wired tool, found through the running application."""

from typing import cast

from flask import current_app

from lti_tool.parts import Parts


def parts() -> Parts:
    """Give the parts of the application that handles this request."""
    return cast(Parts, current_app.extensions["parts"])
