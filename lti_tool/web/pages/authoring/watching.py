"""What the pages of the preview work with: the folder, its last state that could be read, and how it was kept before."""

from dataclasses import dataclass, field
from typing import cast

from flask import current_app

from lti_tool.authoring.baseline import Baseline, read_files
from lti_tool.authoring.watched_folder import FolderState, WatchedFolder
from lti_tool.lti.transport.guarded_fetch import GuardedHttp


@dataclass
class Watching:
    folder: WatchedFolder
    baseline: Baseline
    http: GuardedHttp = field(default_factory=lambda: GuardedHttp(allow_private=False))
    """Asks for links, when somebody presses the button."""

    def files(self) -> dict[str, bytes]:
        """Read all files as they stand now."""
        return read_files(self.folder.folder)


def watching() -> Watching:
    """Give what the preview of this process watches."""
    return cast(Watching, current_app.extensions["watching"])


def present_state() -> FolderState:
    """Give the folder as it stands now."""
    return watching().folder.state()
