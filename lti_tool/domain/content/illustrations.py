"""What lessons show beside their text: drawings, figures to try out, recordings."""

from dataclasses import dataclass

from lti_tool.domain.figures.breach_clock import BreachClock
from lti_tool.domain.figures.decision import DecisionTree
from lti_tool.domain.figures.lifecycle_cost import LifecycleCost
from lti_tool.domain.figures.nutzwert import Nutzwert
from lti_tool.domain.figures.participation import ParticipationLadder
from lti_tool.domain.figures.small_numbers import SmallNumbers

FigureData = Nutzwert | LifecycleCost | DecisionTree | BreachClock | ParticipationLadder | SmallNumbers


@dataclass(frozen=True)
class Figure:
    """A drawing of a lesson: the SVG file as it is sent."""

    name: str
    svg: bytes


@dataclass(frozen=True)
class InteractiveFigure:
    """Something to try out, worked out by domain/figures from its data. Its text version stands in the lesson."""

    name: str
    """Its anchor in the lesson is `rechner-<name>`."""
    title: str
    purpose: str
    data: FigureData
    text_html: str


@dataclass(frozen=True)
class MediaClip:
    """A recording of the operator's own. The file lies in the programme's folder and may be missing there; the rest is kept."""

    name: str
    """Its anchor in the lesson is `aufnahme-<name>`."""
    title: str
    purpose: str
    kind: str
    """audio or video."""
    media_type: str
    minutes: float
    file: str
    """Its path inside the programme's folder."""
    captions: str
    """WebVTT; "" where there are none (audio)."""
    transcript_html: str
