"""The import table of docs/architecture.md as a running test: which room may import which, and which third-party packages."""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "lti_tool"

# Files directly in lti_tool/ that every room may use.
GROUND_FLOOR = {"settings", "errors", "keyring", "clock", "logs", "messages", "tracing", "signed_values"}

# room: (other rooms it may import, third-party packages it may import)
TABLE: dict[str, tuple[set[str], set[str]]] = {
    "domain": (set(), set()),
    "lti": (set(), {"pylti1p3", "authlib", "joserfc", "requests", "urllib3"}),
    "models": (set(), {"sqlalchemy"}),
    "programme": ({"domain"}, {"markdown_it", "mdit_py_plugins", "nh3"}),
    # Work in the background, of any feature: how it is called for, and when it is due.
    "jobs": ({"models"}, {"sqlalchemy"}),
    "platforms": ({"jobs", "lti", "models", "domain"}, {"sqlalchemy"}),
    "passback": ({"jobs", "lti", "models"}, {"sqlalchemy"}),
    # What runs that work, on either database; nobody imports it but the wiring.
    "background": ({"jobs", "passback", "models"}, {"procrastinate", "psycopg"}),
    "certificates": (
        # A logo from outside is drawn once in a process with limits, as long documents are.
        {"jobs", "typesetting", "models", "domain"},
        {"sqlalchemy", "typst", "segno", "pyhanko", "pyhanko_certvalidator", "asn1crypto", "joserfc", "cryptography", "pyld"},
    ),
    # What a course asks for, who has done it, and what follows from a step: gradebook and certificates are told, and ask nobody.
    "progress": ({"passback", "certificates", "models", "domain"}, {"sqlalchemy"}),
    # The live part: a room of its own, because a course that has none never enters it.
    "live": ({"progress", "models", "domain"}, {"sqlalchemy", "icalendar"}),
    # Counts how often strangers come in, for all doors; a room of its own, because no feature owns it.
    "traffic": ({"models"}, {"sqlalchemy"}),
    # Long documents of any feature are set in a process of their own; a room of its own, because no feature owns it.
    "typesetting": (set(), {"typst"}),
    # Office documents in one look, for the draft, for forms and for packs; a room of its own, because no feature owns it.
    "office": (set(), {"odfdo"}),
    "workbook": ({"office", "progress", "typesetting", "models", "domain"}, {"sqlalchemy", "odfdo", "docx"}),
    # The programme's forms to take home: pure, from the programme's values to a file.
    "downloads": ({"office", "domain"}, {"xlsxwriter"}),
    # A module to take along: pure, from the programme's values to a PDF.
    "booklet": ({"typesetting", "domain"}, set()),
    # What somebody needs who runs a live session: pure, from the programme's values to ODT and PDF; authored HTML as the booklet.
    "facilitation": ({"booklet", "office", "typesetting", "domain"}, set()),
    "reifegrad": ({"models", "domain"}, {"sqlalchemy"}),
    # What readers tell the authors: belongs to no person and to no course alone, so neither to learning nor to course.
    "hints": ({"models", "domain"}, {"sqlalchemy"}),
    # Anonymous surveys: sealed to their round's key, so that nothing here can tell whose sheet is whose.
    "surveys": ({"models", "domain"}, {"sqlalchemy", "joserfc"}),
    # The cases as people use them: a room of its own, because lessons and draft only lead there.
    "case_library": ({"models", "domain"}, {"sqlalchemy"}),
    # Everything of one person over all tables; certificates know themselves what of them must stay.
    # What people ask of the operator; an erasure closes it.
    "concerns": ({"models", "domain"}, {"sqlalchemy"}),
    "personal_data": ({"certificates", "concerns", "models", "domain"}, {"sqlalchemy"}),
    "learning": ({"certificates", "passback", "progress", "models", "domain"}, {"sqlalchemy"}),
    "courses": ({"passback", "progress", "models", "domain"}, {"sqlalchemy", "xlsxwriter"}),
    # Keeps programme folders in the database and reads them back, for all features: they get a Programme and need not know.
    "content_versions": ({"programme", "models", "domain"}, {"sqlalchemy"}),
    # What authors work with: their folder as it stands, its figures, what changed in it; asks for outside links as lti does.
    "authoring": ({"lti", "programme", "domain"}, set()),
    # web talks to features; lti gives it frozen values and its errors. Never models.
    "web": (
        {
            "authoring",
            "lti",
            "platforms",
            "passback",
            "certificates",
            "learning",
            "live",
            "progress",
            "workbook",
            "booklet",
            "courses",
            "reifegrad",
            "hints",
            "surveys",
            "case_library",
            "personal_data",
            "concerns",
            "downloads",
            "facilitation",
            "programme",
            "content_versions",
            "traffic",
            "domain",
            "parts",
        },
        {"flask", "werkzeug", "babel", "markupsafe", "prometheus_client"},
    ),
    "playground": (set(), {"flask", "werkzeug", "joserfc", "requests"}),
    "migrations": ({"models"}, {"alembic", "sqlalchemy"}),
}
# The ground floor has its own few packages.
GROUND_FLOOR_PACKAGES = {
    "settings": {"pydantic", "pydantic_settings"},
    "keyring": {"joserfc"},
    "errors": set(),
    "clock": set(),
    "logs": set(),
    "messages": set(),
    "signed_values": {"itsdangerous"},
    "tracing": {"opentelemetry"},
}
# Rooms that run on their own, by a thread or a server; everywhere else the edges hand the time in.
CLOCK_READERS = {"background", "passback", "playground"}
WIRING = {"bootstrap", "parts", "preflight", "app", "wsgi", "cli", "__init__"}
FORBIDDEN_ROOMS = {"utils", "helpers", "common", "services", "managers"}

# What use cases do. A file whose name begins with one of these words is a use case, unless the word is a noun there.
VERB = re.compile(
    r"""(add|admit|answer|approve|ask|begin|block|bring|call|change|check|claim|close|compare|compose|configure|connect|create|decide
    |deliver|draw|enable|end|enqueue|erase|establish|export|extend|fetch|fill|find|follow|forget|freeze|get|give|grant|hand|help|invite
    |issue|keep|leave|link|list|load|lock|look|make|mark|merge|move|name|note|open|pack|place|plan|post|preview|publish|put|read|receive
    |reconcile|record|refresh|register|release|remember|renew|resend|reserve|respond|restore|retry|return|review|revoke|run|save|seal
    |send|set|settle|show|sign|start|store|submit|take|tell|typeset|verify|visit|want|watch|write)(_|$)""",
    re.VERBOSE,
)
NOUN_PHRASES = {
    "certificates/badges/open_badge",
    "certificates/documents/seal",
    "certificates/documents/seal_maker",
    "certificates/office/name_requests",
    "domain/documents/check_code",
    "live/follow_up",
    "lti/claims/claim_inventory",
    "lti/claims/claim_names",
    "models/platform_tables/invite",
    "models/write_turn",
    "platforms/launching/visit_standing",
    "web/visits/visit_cookies",
}


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            module = node.module or ""
            if module == "lti_tool":
                yield from ((node.lineno, f"lti_tool.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, module


def source_files() -> list[Path]:
    return [path for path in sorted(ROOT.rglob("*.py")) if room_of(path) not in WIRING]


def is_allowed(room: str, name: str) -> bool:
    top = name.split(".", maxsplit=1)[0]
    if top in sys.stdlib_module_names:
        return True
    own_rooms, packages = TABLE.get(room, (set(), GROUND_FLOOR_PACKAGES.get(room, set())))
    if top == "lti_tool":
        target = name.split(".")[1] if "." in name else ""
        if target == "__version__":
            return True
        return target == room or target in GROUND_FLOOR or target in own_rooms
    return top in packages


@pytest.mark.parametrize("path", source_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_imports_only_what_the_table_allows(path: Path) -> None:
    room = room_of(path)
    assert room in TABLE or room in GROUND_FLOOR_PACKAGES, f"{room} is not in the table"
    wrong = [f"{path.name}:{line} imports {name}" for line, name in imports_of(path) if not is_allowed(room, name)]
    assert wrong == []


# The rooms of certificates/, from below: each imports only those before it. The files beside them come between issue and office.
CERTIFICATE_ROOMS = ["kinds", "verify", "badges", "documents", "issue", "", "office"]
MODULES_SIDE_BY_SIDE = 15


def certificate_room_of(parts: tuple[str, ...]) -> str:
    return parts[0] if len(parts) > 1 else ""


def test_the_rooms_of_certificates_import_one_way() -> None:
    folder = ROOT / "certificates"
    climbing = []
    for path in sorted(folder.rglob("*.py")):
        room = certificate_room_of(path.relative_to(folder).parts)
        for line, name in imports_of(path):
            imported = name.removeprefix("lti_tool.certificates.")
            target = imported.partition(".")[0] if (folder / imported.partition(".")[0]).is_dir() else ""
            if imported != name and CERTIFICATE_ROOMS.index(target) > CERTIFICATE_ROOMS.index(room):
                climbing.append(f"{path.relative_to(folder)}:{line} imports {name}")
    assert climbing == []


def test_no_folder_is_crowded() -> None:
    counts = Counter(path.parent for path in ROOT.rglob("[!_]*.py"))
    crowded = {str(folder.relative_to(ROOT)): count for folder, count in counts.items() if count > MODULES_SIDE_BY_SIDE}
    assert crowded == {}


def test_the_table_allows_nothing_that_nobody_needs() -> None:
    imported: dict[str, set[str]] = {room: set() for room in TABLE}
    for path in source_files():
        for _, name in imports_of(path):
            top, _, rest = name.partition(".")
            imported.setdefault(room_of(path), set()).add(rest.partition(".")[0] if top == "lti_tool" else top)
    idle = {room: (rooms | packages) - imported[room] for room, (rooms, packages) in TABLE.items()}
    assert {room: names for room, names in idle.items() if names} == {}


def test_no_room_is_a_drawer() -> None:
    names = {path.stem for path in ROOT.rglob("*") if path.is_dir() or path.suffix == ".py"}
    assert names & FORBIDDEN_ROOMS == set()


def test_no_class_name_occurs_twice() -> None:
    # The playground plays another product, with words of its own.
    places: dict[str, list[str]] = {}
    for path in sorted(ROOT.rglob("*.py")):
        if room_of(path) != "playground":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    places.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def is_named_after_a_verb(path: Path) -> bool:
    # Pages are named after their address: `/verify`, `/lti/register`.
    is_page = path.is_relative_to(ROOT / "web" / "pages")
    return room_of(path) != "playground" and not is_page and VERB.match(path.stem) is not None


def test_a_file_named_after_a_verb_holds_a_function_of_that_name() -> None:
    without = set()
    for path in sorted(ROOT.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if is_named_after_a_verb(path) and path.stem not in {
            node.name for node in tree.body if isinstance(node, ast.FunctionDef)
        }:
            without.add(str(path.relative_to(ROOT).with_suffix("")))
    assert without == NOUN_PHRASES


def test_only_edges_read_the_clock() -> None:
    readers = [
        str(path.relative_to(ROOT))
        for path in source_files()
        if room_of(path) in TABLE.keys() - CLOCK_READERS
        and any(name.startswith("lti_tool.clock") for _, name in imports_of(path))
    ]
    assert readers == []


def test_pylti1p3_stays_inside_lti() -> None:
    users = {room_of(path) for path in ROOT.rglob("*.py") if any(name.startswith("pylti1p3") for _, name in imports_of(path))}
    assert users <= {"lti"}


def test_pages_ask_for_the_programme_of_the_course_not_for_the_newest() -> None:
    # What belongs to no course or only begins one: registering, launching, and who gives pages the programme of their course.
    # A module's page tells that the course has another programme than the module.
    allowed = {"register.py", "wishes.py", "programme.py", "modules.py"}
    newest = re.compile(r"\bcatalogue\.")
    assert {path.name for path in (ROOT / "web").rglob("*.py") if newest.search(path.read_text("utf-8"))} == allowed


def test_pages_know_neither_settle_nor_outbox_nor_wake() -> None:
    """What a step brings about is the use case's, and `Parts.step` wakes whoever has work by it."""
    hidden = ("lti_tool.progress.settle", "lti_tool.passback.outbox", "lti_tool.jobs.calls")
    pages = list((ROOT / "web").rglob("*.py"))
    found = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in pages
        for line, name in imports_of(path)
        if name.startswith(hidden)
    ]
    writers = [str(path.relative_to(ROOT)) for path in pages if re.search(r"\.wake\(|\bwrite\.begin\(", path.read_text("utf-8"))]
    assert (found, writers) == ([], [])


def test_a_row_becomes_a_registration_in_one_place() -> None:
    # One function that knows the fields, one memory with one age: what an operator changes works everywhere at the same moment.
    places = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Registration"
    }
    assert places == {"platforms/registration_directory.py"}


def test_the_protocol_room_knows_no_product() -> None:
    """It could be published alone: no German, no page of ours, no name of a setting or of a stored value; arguments bring those.

    What people read stands in `web/failures/refusal_texts.py`.
    """
    ours = re.compile(r"[äöüßÄÖÜ„“]|\bN_\(|lti_tool\.messages|/modules|smart-city-manager|LTI_TOOL_")
    found = [
        f"{path.name}:{number}: {line.strip()}"
        for path in sorted((ROOT / "lti").rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if ours.search(line)
    ]
    assert found == []


def test_the_protocol_room_holds_no_circle_not_even_of_types() -> None:
    files = {
        ".".join(("lti_tool", *path.relative_to(ROOT).with_suffix("").parts)): path for path in (ROOT / "lti").rglob("[!_]*.py")
    }
    inside: dict[str, set[str]] = {}
    for module, path in files.items():
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        imported = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
        # `from package import module` as well as `from package.module import name`.
        names = {str(node.module) for node in imported}
        names |= {f"{node.module}.{each.name}" for node in imported for each in node.names}
        inside[module] = names & files.keys()
    while ground := {name for name, needed in inside.items() if not needed & inside.keys()}:
        inside = {name: needed for name, needed in inside.items() if name not in ground}
    assert inside == {}


def test_answers_of_surveys_are_read_in_one_place() -> None:
    """Whoever reads counts, rows or texts elsewhere goes around the rules of publication."""
    readers = {
        str(path.relative_to(ROOT))
        for path in source_files()
        if re.search(r"\b(AnswerCount|AnswerSheet|FreeText)\b", path.read_text(encoding="utf-8")) and room_of(path) != "models"
    }
    writes, forgets = "surveys/open_urns.py", "surveys/forget_answers.py"
    assert readers == {writes, forgets, "surveys/results/read_results.py"}
    published = {str(path.relative_to(ROOT)) for path in source_files() if "published_results(" in path.read_text("utf-8")}
    assert published == {"domain/surveys/published_results.py", "surveys/results/read_results.py"}
