"""The kinds of documents: one file for each, and the list of them. How to add one: docs/extending.md."""

from typing import assert_never

from lti_tool.certificates.kinds.base import AskedDocument, KindAskedFor, KindOfDocument, Scope
from lti_tool.certificates.kinds.participation import Participation
from lti_tool.certificates.kinds.programme_certificate import ProgrammeCertificate
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import DocumentKind
from lti_tool.errors import NotFound
from lti_tool.messages import N_


def kind_of(kind: DocumentKind) -> KindOfDocument:
    """Return what a kind of document says."""
    match kind:
        case DocumentKind.CERTIFICATE:
            return ProgrammeCertificate()
        case DocumentKind.PARTICIPATION:
            return Participation()
        case _:
            assert_never(kind)


ALL_KINDS = tuple(map(kind_of, DocumentKind))
KINDS_ASKED_FOR = tuple(each for each in ALL_KINDS if isinstance(each, KindAskedFor))


def find_asked_document(programme: Programme, kind: str, module_slug: str) -> AskedDocument:
    """Find what a person asks for.

    Raises:
        NotFound: there is no such kind, or none of it for this module.
    """
    for each in KINDS_ASKED_FOR:
        for scope in each.scopes(programme) if each.kind == kind else ():
            if scope.module.slug == module_slug:
                return AskedDocument(each, scope)
    raise NotFound(N_("Dieses Modul gibt es nicht."), code="module_not_found")


__all__ = [
    "ALL_KINDS",
    "KINDS_ASKED_FOR",
    "AskedDocument",
    "KindAskedFor",
    "KindOfDocument",
    "Scope",
    "find_asked_document",
    "kind_of",
]
