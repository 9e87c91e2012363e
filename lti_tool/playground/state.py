"""What the playground remembers: tools, activities, gradebook columns, grades, tokens; kept as JSON or in memory."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lti_tool.playground.launching.claim_names import ALL_SCOPES

Json = dict[str, Any]

# Moodle's own front page is course 1, so that the first real one is 2.
COURSE_ID = "2"
COURSE_LABEL = "SCM-in"
COURSE_TITLE = "Smart-City-Manager:in"
COURSE_NUMBER = "SCM-2026-01"


@dataclass
class Tool:
    """A registered tool; its id is also the deployment_id and the type_id in service URLs, as in Moodle."""

    id: str
    client_id: str
    name: str
    login_url: str
    redirect_uris: list[str]
    jwks_url: str
    target_link_uri: str
    deep_link_url: str
    description: str = ""
    logo_uri: str = ""
    scopes: list[str] = field(default_factory=lambda: list(ALL_SCOPES))
    custom: dict[str, str] = field(default_factory=dict)
    shares_name: bool = True
    shares_email: bool = True
    is_active: bool = True
    jwks: Json | None = None
    """The tool's public keys as last fetched; Moodle keeps them without end."""
    has_fixed_jwks: bool = False
    """Whether `jwks` was given at registration and is never fetched."""


@dataclass(frozen=True)
class Course:
    """A course room."""

    id: str
    label: str
    title: str


@dataclass
class Activity:
    """A placed link of the course; `id` is the resource link's id."""

    id: int
    tool_id: str
    title: str
    url: str
    description: str = ""
    custom: dict[str, str] = field(default_factory=dict)
    container: str = "embed"
    """`embed`, `window`, or `default` (what the tool's registration says: embedded)."""
    course: str = ""
    """Id of the course that it is placed in; empty: the first one."""


@dataclass
class Column:
    """A column of the gradebook; `id` stands in the line item's URL."""

    id: int
    tool_id: str
    label: str
    maximum: float
    resource_id: str = ""
    tag: str = ""
    link_id: int | None = None
    is_coupled: bool = False
    """Whether it is the activity's own grade (made with it), not one that the tool created through the service."""
    course: str = ""
    """As with activities."""
    is_locked: bool = False
    """Nobody's grade changes any more; a score is answered with 500."""


@dataclass
class Grade:
    """One cell of the gradebook."""

    value: float | None
    comment: str | None
    stored_at: int
    """Unix time that later scores are compared with: of receipt if coupled, else the score's own timestamp."""
    received_at: float
    overridden: float | None = None
    """What a teacher has set by hand: it is shown and told instead of `value`, whatever the tool sends."""

    @property
    def final(self) -> float | None:
        return self.value if self.overridden is None else self.overridden


@dataclass
class Token:
    """An access token that was given out."""

    tool_id: str
    scopes: list[str]
    expires_at: float


@dataclass
class State:
    """Everything that lives on after a restart."""

    tools: dict[str, Tool] = field(default_factory=dict)
    activities: dict[str, Activity] = field(default_factory=dict)
    columns: dict[str, Column] = field(default_factory=dict)
    grades: dict[str, Grade] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    signing_keys: list[str] = field(default_factory=list)
    """Private keys as JWK text, the signing one last; the others are still published."""
    further_participants: int = 0
    unenrolled: list[str] = field(default_factory=list)
    renamed: dict[str, list[str]] = field(default_factory=dict)
    """By number of the account: given and family name since it was changed."""
    suspended: list[str] = field(default_factory=list)
    used_registrations: list[str] = field(default_factory=list)
    last_id: int = 10
    storage_target: str = ""
    """What logins in a frame offer as `lti_storage_target`: empty, `_parent`, or `platform_storage`, a frame of its own."""
    further_courses: dict[str, Course] = field(default_factory=dict)
    """Courses beside the first one, by id; the same people are in all of them."""
    oddities: list[str] = field(default_factory=list)
    """What this platform does otherwise than Moodle, see `gradebook.ODDITIES`."""
    course_history: list[str] = field(default_factory=list)
    """Ids of the courses that this one was copied from, the first one first."""


def grade_key(column_id: int, user_id: str) -> str:
    """Name a cell of the gradebook."""
    return f"{column_id}:{user_id}"


def state_from_json(data: Json) -> State:
    """Read a state back from what `state_to_json` wrote."""
    kinds: dict[str, Any] = {
        "further_courses": Course,
        "tools": Tool,
        "activities": Activity,
        "columns": Column,
        "grades": Grade,
        "tokens": Token,
    }
    values: Json = {
        name: {key: kinds[name](**entry) for key, entry in value.items()} if name in kinds else value
        for name, value in data.items()
    }
    return State(**values)


class StateFile:
    """Keeps a state as one JSON file in a folder, or nowhere when there is no folder."""

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / "playground.json" if folder else None

    def load(self) -> State:
        """Read the state, or begin with an empty one."""
        if self._path is None or not self._path.exists():
            return State()
        return state_from_json(json.loads(self._path.read_text(encoding="utf-8")))

    def save(self, state: State) -> None:
        """Write the state in one step, readable by its owner only: the platform's private keys are in it."""
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".new")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(state), file, ensure_ascii=False, indent=1)
        draft.replace(self._path)
