"""The cast of the playground: twenty participants, one whose name is withheld, an instructor, an administrator."""

from dataclasses import dataclass
from typing import Literal

from lti_tool.playground.launching.claim_names import (
    ROLE_INSTITUTION_ADMINISTRATOR,
    ROLE_INSTRUCTOR,
    ROLE_LEARNER,
    ROLE_SYSTEM_ADMINISTRATOR,
)

Part = Literal["participant", "instructor", "administrator"]


@dataclass(frozen=True)
class Person:
    """Somebody with an account; `id` is the sub of launches, the user_id of NRPS and the userId of AGS alike."""

    id: str
    username: str
    given_name: str
    family_name: str
    part: Part = "participant"
    shares_name: bool = True
    locale: str = "de"

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def email(self) -> str:
        return f"{self.username}@stadt.example"

    @property
    def sourced_id(self) -> str:
        # Moodle 4.2.3 sends the account's ID number even where name and e-mail are withheld; administrators have none.
        return "" if self.part == "administrator" else f"P-{self.username.upper()}"

    @property
    def roles(self) -> list[str]:
        """Give the launch's role URIs, sorted, as Moodle 4.2.3 was seen to send them."""
        if self.part == "administrator":
            return [ROLE_INSTITUTION_ADMINISTRATOR, ROLE_INSTRUCTOR, ROLE_SYSTEM_ADMINISTRATOR]
        return [ROLE_INSTRUCTOR if self.part == "instructor" else ROLE_LEARNER]

    @property
    def bare_role(self) -> str:
        """Give the role as Moodle's members service writes it, without the vocabulary's address."""
        return "Learner" if self.part == "participant" else "Instructor"


_NAMES = (
    ("Annegret", "Böttcher"),
    ("Mehtap", "Yıldırım-Kranz"),
    ("Jörg", "Dreßler"),
    ("Friederike", "von der Aue"),
    ("Tomasz", "Wójcik"),
    ("Käthe", "Grünhagen"),
    ("Sönke", "Petersen"),
    ("Nele", "Großkopf"),
    ("Björn", "Übelacker"),
    ("Hatice", "Öztan"),
    ("Karl-Heinz", "Mühlenbrock"),
    ("Saskia", "Zöllner"),
    ("Igor", "Lewandowsky"),
    ("Renate", "Schäfermeier"),
    ("Ünal", "Çelik"),
    ("Wiebke", "Janßen"),
    ("Mai", "Nguyen-Hoffmann"),
    ("Ottilie", "zu Lübben"),
    ("Dörte", "Kießling"),
    ("Emre", "Aßmann"),
)

ADMINISTRATOR = Person("2", "administrator", "Ali", "Brandenburger", "administrator")
INSTRUCTOR = Person("3", "instructor", "Petra", "Wendisch-Köhler", "instructor")
PARTICIPANTS = tuple(
    Person(str(number + 3), f"participant{number:02}", given, family) for number, (given, family) in enumerate(_NAMES, start=1)
)
NAMELESS = Person("24", "nameless", "Robin", "Süß", shares_name=False)

CAST = (ADMINISTRATOR, INSTRUCTOR, *PARTICIPANTS, NAMELESS)


def further_participants(count: int) -> tuple[Person, ...]:
    """Make more participants for a large course, named by crossing the cast's names: participant21, 22 and so on."""
    people = []
    for number in range(21, 21 + count):
        given, family = _NAMES[number % 20][0], _NAMES[(number // 20 + number) % 20][1]
        people.append(Person(str(number + 4), f"participant{number:02}", given, family))
    return tuple(people)
