"""Reads links that mail gateways, search engines and mail programs have rewritten: what else a pasted text may say.

The forms are those of links that stand in public mail archives: Microsoft Safe Links, Google, Barracuda, Cisco and Trend Micro
percent-encode the address, Proofpoint writes `-2D` for a hyphen and `_` for a slash (v2) or leaves it in the clear (v3), Sophos
puts it into base64. Mimecast and others keep it on their own servers: from such a link nothing can be read.
"""

import base64
import binascii
import html
import re
from urllib.parse import unquote

# Encoded twice where one gateway wrapped the link of another; more often than that nobody does.
_UNQUOTED_MAX = 3
_HIDDEN_MAX = 8
# A value that may hold a whole address in base64 (both alphabets).
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
_PROOFPOINT = re.compile(r"urldefense\.proofpoint\.com/v2/url\?\S*?\bu=([^&\s]+)")


def readings_of(text: str) -> list[str]:
    """Give the text and what it says once its encodings are taken off, each once; the text itself comes first."""
    readings = [text]
    plain = html.unescape(_joined_lines(text))
    for _ in range(_UNQUOTED_MAX):
        readings.append(plain)
        readings += [_proofpoint(match.group(1)) for match in _PROOFPOINT.finditer(plain)]
        plain = unquote(plain)
    readings += [_quoted_printable(text), *_hidden(plain)]
    return list(dict.fromkeys(readings))


def _proofpoint(value: str) -> str:
    # `_` stands for `/`, a hyphen with two hexadecimal digits for everything that is no letter and no digit.
    return unquote(value.replace("_", "/").replace("-", "%"))


def _joined_lines(text: str) -> str:
    """Take the marks of answered mail and the soft line breaks of mail sources away."""
    return re.sub(r"=\r?\n", "", re.sub(r"(?m)^[>|\s]+", "", text))


def _quoted_printable(text: str) -> str:
    return unquote(re.sub(r"=([0-9A-Fa-f]{2})", r"%\1", _joined_lines(text)))


def _hidden(text: str) -> list[str]:
    """Give the addresses that stand in base64 inside a text."""
    found = []
    for match in list(_BASE64.finditer(text))[:_HIDDEN_MAX]:
        value = match.group().rstrip("=").replace("-", "+").replace("_", "/")
        try:
            content = base64.b64decode(value + "=" * (-len(value) % 4), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            continue
        found.append(content)
    return found
