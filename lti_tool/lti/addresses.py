"""The tool's own addresses, as platforms meet them."""

import re
from collections.abc import Callable

_LAUNCH_PATH = "/lti/launch"


def no_page(_path: str) -> bool:
    """For who needs the addresses alone."""
    return False


class OwnAddresses:
    """Built from the one configured public URL, never from what a request or a proxy says.

    Args:
        is_page: whether this path below the public URL is a page that launches may name; the host's business.
    """

    def __init__(self, public_url: str, is_page: Callable[[str], bool] = no_page) -> None:
        self.public_url = public_url
        self.login_url = f"{public_url}/lti/login"
        # One fixed address for every message type: platforms compare `redirect_uri` with the registered list to the
        # letter, and PyLTI1p3's examples fail on Moodle by passing `target_link_uri` on as `redirect_uri`.
        self.launch_url = f"{public_url}{_LAUNCH_PATH}"
        self._is_page = is_page
        self._own = re.compile(re.escape(public_url) + r"(?P<path>(?:/[!-~]*?)?)(?:\?[!-~]*)?")

    def is_own_target(self, target_link_uri: str) -> bool:
        """Whether a launch may name this target: the launch address, a page of ours or just our host (which some administrators
        type), with any query.

        Core 5.3.4 wants it checked, since the login request is not signed: a foreign one would be an open redirect.
        """
        path = self.path_of(target_link_uri)
        return path is not None and (path.removesuffix("/") in ("", _LAUNCH_PATH) or self._is_page(path))

    def path_of(self, url: str) -> str | None:
        """Return the path of an address below our public URL; None for any other address."""
        found = self._own.fullmatch(url)
        return found["path"] if found and "#" not in url else None
