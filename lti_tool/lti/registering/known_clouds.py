"""Clouds of learning platforms whose addresses lie elsewhere than their issuer by design, the same for all their schools.

Read in the products' documents and in many tools' settings, never tried. What is not listed here an operator may allow
(`further_hosts`).
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Cloud:
    """`hosts` answer for all schools; a school's own host takes registrations where `schools_register` says so."""

    hosts: frozenset[str] = frozenset()
    schools_register: bool = False


NONE: Final = Cloud()
_CLOUDS: Final = {
    # Canvas: one issuer for all schools, whose own hosts (any name) take the registration and keep the gradebook.
    "canvas.instructure.com": Cloud(frozenset({"sso.canvaslms.com"}), schools_register=True),
    "canvas.beta.instructure.com": Cloud(frozenset({"sso.beta.canvaslms.com"}), schools_register=True),
    "canvas.test.instructure.com": Cloud(frozenset({"sso.test.canvaslms.com"}), schools_register=True),
    "blackboard.com": Cloud(frozenset({"developer.blackboard.com"})),
    "schoology.schoology.com": Cloud(frozenset({"lti-service.svc.schoology.com"})),
}
# Each school has an issuer of its own below these, and they share what gives tokens. Not for schools at other names: whoever
# names that host could have our signed word for it, and with that the tokens of another school.
_BELOW: Final = {
    ".brightspace.com": Cloud(frozenset({"auth.brightspace.com", "api.brightspace.com"})),
    ".desire2learn.com": Cloud(frozenset({"auth.brightspace.com", "api.brightspace.com"})),
}


def cloud_of(issuer_host: str) -> Cloud:
    """Return the cloud that an issuer belongs to; one without any hosts for all others."""
    found = _CLOUDS.get(issuer_host)
    if found is not None:
        return found
    return next((cloud for domain, cloud in _BELOW.items() if issuer_host.endswith(domain)), NONE)


def serves_schools(host: str) -> bool:
    """Whether a host speaks for a cloud whose schools register at hosts of their own."""
    return any(cloud.schools_register and (host == issuer or host in cloud.hosts) for issuer, cloud in _CLOUDS.items())


def serves_several(issuer_host: str) -> bool:
    """Whether one issuer is that of many institutions, known as such."""
    return issuer_host in _CLOUDS


def is_host_of_another_cloud(host: str, issuer_host: str) -> bool:
    """Whether a host belongs to a cloud that the issuer is not of."""
    clouds = (*_CLOUDS.values(), *_BELOW.values())
    return any(host in cloud.hosts for cloud in clouds) and host not in cloud_of(issuer_host).hosts
