"""The front door of the running application: logins and launches go through it, pages ask it for registrations."""

from typing import cast

from flask import Flask, current_app

from lti_tool.lti.http import Http
from lti_tool.platforms.front_door import FrontDoor, open_front_door
from lti_tool.web.parts import Parts


def set_up(app: Flask) -> None:
    """Open it once per application."""
    parts = cast(Parts, app.extensions["parts"])
    settings = parts.settings
    app.extensions["front_door"] = open_front_door(
        parts.database,
        secret=settings.secret_key.get_secret_value(),
        public_url=settings.public_url,
        deployment_policy=settings.deployment_policy,
        http=Http(user_agent=f"lti-tool (+{settings.public_url})"),
    )


def front_door() -> FrontDoor:
    """Give the front door of the application that handles this request."""
    return cast(FrontDoor, current_app.extensions["front_door"])
