"""The tool's own addresses, as platforms meet them."""

import re


class OwnAddresses:
    """Built from the one configured public URL, never from what a request or a proxy says."""

    def __init__(self, public_url: str) -> None:
        self.public_url = public_url
        self.login_url = f"{public_url}/lti/login"
        # One fixed address for every message type: platforms compare `redirect_uri` with the registered list to the
        # letter, and PyLTI1p3's examples fail on Moodle by passing `target_link_uri` on as `redirect_uri`.
        self.launch_url = f"{public_url}/lti/launch"
        self._own_target = re.compile(
            re.escape(public_url) + r"(?:/lti/launch|/modules(?:/(?P<module>[a-z0-9-]+)(?:/[a-z0-9-]+)*)?)?/?(?:\?[!-~]*)?"
        )

    def is_own_target(self, target_link_uri: str) -> bool:
        """Tell whether a launch may name this target: the launch address, a module's page, that of all modules or just our
        host (which some administrators type), with any query.

        Core 5.3.4 wants it checked, since the login request is not signed: a foreign one would be an open redirect.
        """
        return self._own_target.fullmatch(target_link_uri) is not None and "#" not in target_link_uri

    def module_of(self, target_link_uri: str) -> str | None:
        """Give the slug of the module whose page is meant, None for any other address of ours."""
        found = self._own_target.fullmatch(target_link_uri)
        return found["module"] if found else None
