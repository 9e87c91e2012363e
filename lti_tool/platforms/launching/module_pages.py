"""Pages that platforms name as a link's target: all modules, one module, anything below one."""

import re

from lti_tool.lti.addresses import OwnAddresses
from lti_tool.lti.claims.claims import Launch

_PAGE = re.compile(r"/modules(?:/(?P<module>[a-z0-9-]+)(?:/[a-z0-9-]+)*)?/?")


def is_module_page(path: str) -> bool:
    """Whether a launch may name this path of ours."""
    return _PAGE.fullmatch(path) is not None


def wished_module(launch: Launch, addresses: OwnAddresses) -> str | None:
    """Return the module that a launch is for: by its custom parameter `module`, else by its target; None if by neither."""
    return launch.custom.get("module") or _named_by(addresses.path_of(launch.target_link_uri) or "")


def _named_by(path: str) -> str | None:
    found = _PAGE.fullmatch(path)
    return found["module"] if found else None
