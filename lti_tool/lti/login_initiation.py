"""What a login was asked with, and what a page of ours can try for it at the platform: values alone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

# A login longer than this does not travel in the state without loss: that goes into addresses, and servers end those at
# 4 to 8 KB. Its hints stay behind then.
_LONGEST_CARRIED = 1500


@dataclass(frozen=True, slots=True)
class LoginInitiation:
    """The parameters of a third-party initiated login (Security Framework 5.1.1.1; LTI Core 4.1)."""

    issuer: str
    login_hint: str
    target_link_uri: str
    client_id: str | None = None
    message_hint: str | None = None
    deployment_id: str | None = None
    storage_target: str | None = None
    """Name of the platform's frame that keeps values for tools (`lti_storage_target`), where it offers one."""

    def as_form(self) -> dict[str, str]:
        """Give the parameters by their names on the wire, to start the same login anew, in a window of its own."""
        form = {
            "iss": self.issuer,
            "login_hint": self.login_hint,
            "target_link_uri": self.target_link_uri,
            "client_id": self.client_id,
            "lti_message_hint": self.message_hint,
            "lti_deployment_id": self.deployment_id,
        }
        return {name: value for name, value in form.items() if value is not None}

    @property
    def is_short(self) -> bool:
        return sum(len(value) for value in self.as_form().values()) <= _LONGEST_CARRIED

    def without_hints(self) -> "LoginInitiation":
        """Give what is left without the two values that only the platform understands."""
        return replace(self, login_hint="", message_hint=None)


@dataclass(frozen=True, slots=True)
class StorageErrand:
    """What the page's script asks of a frame of the platform.

    With `next_url` it puts `value` there and goes on to that address; without it asks for the value and posts the launch again.
    """

    frame: str
    origin: str
    """Only to a window of this origin is anything said, and only such a one is believed."""
    key: str
    value: str = ""
    next_url: str = ""
    next_form: Mapping[str, str] | None = None
    """What is posted to `next_url`, where that is too long for an address."""
