"""Takes the name that a person wants to see printed, where their platform told none."""

from sqlalchemy.orm import Session

from lti_tool.certificates.issue.certificate_rows import find_newest_certificate_id
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.printed_name import clean_name, find_printable_name
from lti_tool.errors import Conflict
from lti_tool.messages import N_
from lti_tool.models import User


def name_certificate(session: Session, programme: Programme, *, user_id: int, name: str) -> None:
    """Store the name for a person's certificate.

    Raises:
        NameRefused: the name cannot be printed.
        Conflict: the name is fixed already, by the platform or by a certificate that was issued.
    """
    cleaned = clean_name(name)
    user = session.get_one(User, user_id, with_for_update={"key_share": True})
    if find_newest_certificate_id(session, programme, user_id) is not None:
        raise Conflict(
            N_("Ihr Zertifikat ist schon ausgestellt. Der Name darauf lässt sich hier nicht mehr ändern."),
            next_step=N_("Ist der Name falsch, wenden Sie sich bitte an die Kursleitung. Sie kann ein neues ausstellen."),
            code="certificate_already_issued",
        )
    if not may_name(user.name):
        raise Conflict(
            N_("Ihr Name kommt aus Ihrer Lernplattform und lässt sich hier nicht ändern."),
            next_step=N_(
                "Ändern Sie ihn dort in Ihrem Profil, und öffnen Sie dann das Modul neu. Oder fragen Sie die Kursleitung."
            ),
            code="name_comes_from_platform",
        )
    user.certificate_name = cleaned
    session.flush()


def may_name(platform_name: str | None) -> bool:
    """Tell whether a person names themselves: only where their platform told no name that could be printed.

    A name that the platform vouches for is not for the participant to replace: the certificate would then say of someone else
    that they passed.
    """
    return find_printable_name(platform_name) is None
