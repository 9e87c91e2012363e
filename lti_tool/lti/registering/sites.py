"""Where a platform's own addresses lie: its issuer's origin, and below its path.

A host does not say enough: at `https://moodle.land.example` the schools `/schule1` and `/schule2` are two platforms with two
administrations, and another port is another server. Addresses are compared as servers read them: without the case and the final
dot of the host, the default port, dot segments and a slash at the end. What would be read in two ways lies nowhere.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from lti_tool.lti.json_shapes import origin_of

# Pages that people copy an address from, when the address of the platform was meant: all of them are below it.
_PAGE: Final = re.compile(r"/[^/]*\.(?:php|html?|jsp|do|aspx)$", re.IGNORECASE)
_FOLDERS_OF_PAGES: Final = frozenset({"course", "my", "login", "admin", "mod", "user", "grade", "local", "lti", "index"})


@dataclass(frozen=True, slots=True)
class Site:
    """Origin and path of a platform; the path is empty or begins with a slash and ends with none."""

    origin: str
    path: str

    def __str__(self) -> str:
        return self.origin + self.path

    def holds(self, address: str) -> bool:
        """Whether an address is that of the site, or lies below it."""
        other = site_of(address)
        return other is not None and other.origin == self.origin and f"{other.path}/".startswith(f"{self.path}/")


def site_of(address: str) -> Site | None:
    """Return the site that an address stands for; None for what is no web address, or one that could be read in two ways."""
    origin = origin_of(address)
    if origin is None:
        return None
    scheme, _, rest = origin.partition("://")
    host, colon, port = rest.rpartition(":") if rest.rpartition(":")[2].isdigit() and not rest.endswith("]") else (rest, "", "")
    path = urlsplit(address).path
    if _is_ambiguous(path):
        return None
    return Site(f"{scheme}://{host.rstrip('.')}{colon}{port}", path.rstrip("/"))


def is_same_site(one: str, other: str) -> bool:
    """Whether two addresses are the same to everybody but a comparison of letters."""
    site = site_of(one)
    return site is not None and site == site_of(other)


def site_meant(address: str) -> Site | None:
    """Return the site of an address that an operator has copied, perhaps that of a page of the platform."""
    site = site_of(address)
    if site is None or not _PAGE.search(site.path):
        return site
    *folders, _ = site.path.split("/")
    while folders and folders[-1].lower() in _FOLDERS_OF_PAGES:
        folders.pop()
    return Site(site.origin, "/".join(folders))


def _is_ambiguous(path: str) -> bool:
    """Whether servers may take the path for another: by dot segments, also encoded or with parameters (`..;`), or backslashes."""
    read = path
    for _ in range(3):
        read = unquote(read)
    if "\\" in read or "//" in read or not read.isprintable() or "%2f" in path.lower():
        return True
    return any(segment.partition(";")[0] in (".", "..") for segment in read.split("/"))
