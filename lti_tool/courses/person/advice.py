"""What comes next for one member, in a sentence for the person who teaches."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lti_tool.courses.standings import CertificateState, MemberStanding, ModuleStanding, ModuleState
from lti_tool.domain.content.programme import Module, Programme
from lti_tool.domain.rules.completion import Condition
from lti_tool.messages import N_


@dataclass(frozen=True, slots=True)
class Advice:
    """A German msgid with its values."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)


def advice_for(programme: Programme, member: MemberStanding) -> Advice:
    """Say what is to be done next; what needs somebody's help comes before what the person does alone."""
    pairs = list(zip(programme.placed_modules, member.modules, strict=True))
    for wanted in (_late, _stuck):
        for module, standing in pairs:
            if wanted(standing):
                return _trouble(module, standing)
    if member.certificate is not CertificateState.NOT_YET:
        return Advice(_CERTIFICATE[member.certificate])
    open_pairs = [(module, standing) for module, standing in pairs if standing.state is not ModuleState.PASSED]
    unfinished = [(module, standing) for module, standing in open_pairs if standing in member.counted]
    if not unfinished:
        return Advice(N_("Alle Module bestanden"))
    if all(standing.state is ModuleState.OPEN for _, standing in pairs):
        return Advice(N_("Noch nicht begonnen"))
    begun = [pair for pair in open_pairs if pair[1].state is ModuleState.BEGUN]
    return _work(*(begun or unfinished)[0])


_CERTIFICATE = {
    CertificateState.ISSUED: N_("Zertifikat ausgestellt"),
    CertificateState.REVOKED: N_("Zertifikat widerrufen"),
    CertificateState.EXPIRED: N_("Zertifikat abgelaufen"),
    CertificateState.WAITS_FOR_NAME: N_("Zertifikat wartet auf den Namen"),
    CertificateState.WAITS_FOR_MORE: N_("Zertifikat wartet auf Kapitel oder Live-Zeit"),
}


def _late(standing: ModuleStanding) -> bool:
    return standing.score is not None and standing.score.is_late


def _stuck(standing: ModuleStanding) -> bool:
    return standing.state is ModuleState.STUCK


def _trouble(module: Module, standing: ModuleStanding) -> Advice:
    if standing.score is not None and standing.score.state == "parked":
        return Advice(N_("Modul %(number)s: Note angehalten"), {"number": module.number})
    if _late(standing):
        return Advice(N_("Modul %(number)s: Note wartet"), {"number": module.number})
    return Advice(
        N_("Modul %(number)s: %(attempts)s Versuche genutzt, Freischaltung möglich"),
        {"number": module.number, "attempts": standing.attempts},
    )


def _work(module: Module, standing: ModuleStanding) -> Advice:
    if standing.state is ModuleState.OPEN:
        return Advice(N_("Modul %(number)s: noch nicht begonnen"), {"number": module.number})
    if not standing.missing:
        # Possible for a moment only: the next step of the person settles it.
        return Advice(N_("Modul %(number)s: fast geschafft"), {"number": module.number})
    first = standing.missing[0]
    one, several = _LEFT[first.part]
    return Advice(one if first.count == 1 else several, {"number": module.number, "left": first.count})


_LEFT = {
    Condition.LESSONS: (N_("Modul %(number)s: 1 Lektion offen"), N_("Modul %(number)s: %(left)s Lektionen offen")),
    Condition.PRACTICE: (N_("Modul %(number)s: 1 Kapitel offen"), N_("Modul %(number)s: %(left)s Kapitel offen")),
    Condition.QUIZ: (N_("Modul %(number)s: Lernerfolgskontrolle offen"), N_("Modul %(number)s: Lernerfolgskontrolle offen")),
    Condition.LIVE: (N_("Modul %(number)s: 1 Live-Sitzung offen"), N_("Modul %(number)s: %(left)s Live-Sitzungen offen")),
}
