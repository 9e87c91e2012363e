"""What an authored link may lead to inside the programme, and the proof-reading of such links."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lti_tool.programme.formats.findings import Findings
from lti_tool.programme.formats.markdown import ParsedMarkdown

_OUTSIDE = re.compile(r"https://|mailto:")


@dataclass(frozen=True)
class Targets:
    """Everything that can be linked, by its name in a link."""

    terms: frozenset[str]
    lessons: frozenset[str]
    cases: frozenset[str]
    downloads: frozenset[str]

    def fault_of(self, address: str) -> str:
        """Say why a link leads nowhere; empty: it leads somewhere."""
        scheme, _, target = address.partition(":")
        known = _KNOWN.get(scheme)
        if known is not None and target in known(self):
            return ""
        if _OUTSIDE.match(address):
            return ""
        return f"Der Verweis „{address}“ führt nirgendwohin (erlaubt: {', '.join(f'{name}:' for name in _KNOWN)}, https://)."


_KNOWN: Mapping[str, Callable[[Targets], frozenset[str]]] = {
    "glossar": lambda targets: targets.terms,
    "lektion": lambda targets: targets.lessons,
    "fall": lambda targets: targets.cases,
    "vorlage": lambda targets: targets.downloads,
}


def check_references(markup: ParsedMarkdown, targets: Targets, file: str, findings: Findings) -> None:
    """Report links of a text that lead nowhere, each with its line."""
    for reference in markup.terms:
        if reference.target not in targets.terms:
            findings.error(file, reference.line, f"Den Glossarbegriff „{reference.target}“ gibt es in keiner glossary.toml.")
    for reference in markup.lessons:
        if reference.target not in targets.lessons:
            findings.error(file, reference.line, f"Die Lektion {reference.target} gibt es nicht.")
    for reference in markup.cases:
        if reference.target not in targets.cases:
            findings.error(file, reference.line, f"Den Fall „{reference.target}“ gibt es nicht (cases/{reference.target}.md).")
    for reference in markup.downloads:
        if reference.target not in targets.downloads:
            sentence = f"Die Vorlage „{reference.target}“ gibt es nicht (downloads/{reference.target}.toml)."
            findings.error(file, reference.line, sentence)
    for reference in markup.other_links:
        if fault := targets.fault_of(reference.target):
            findings.error(file, reference.line, fault)
