"""The shipped programme that tests are about, read once for all of them."""

import os
from pathlib import Path

from lti_tool import bootstrap
from lti_tool.content_versions.catalogue import open_programme
from lti_tool.content_versions.kept_readings import KeptReadings
from lti_tool.domain.content.programme import Programme

SHIPPED_FOLDER = bootstrap.SHIPPED_PROGRAMMES / "smart_city_manager"


def read_programme(folder: Path = SHIPPED_FOLDER) -> Programme:
    cache = os.environ.get("LTI_TOOL_CACHE_DIR")
    return open_programme(folder, KeptReadings(Path(cache) / "programmes" if cache else None)).programme
