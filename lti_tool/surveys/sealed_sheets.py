"""A sheet as it lies in its envelope: JSON, filled up to whole KiB, so that the length does not tell who wrote much."""

import json
from collections.abc import Mapping
from typing import Final, cast

from joserfc.jwk import ECKey

from lti_tool.domain.surveys.sheet_checking import SheetValue
from lti_tool.domain.surveys.sheet_counts import OpenedSheet
from lti_tool.surveys.round_keys import seal, unseal

_KIB: Final = 1024


def sealed_sheet(values: Mapping[str, SheetValue], public_key: str) -> str:
    written = json.dumps(values, ensure_ascii=False, sort_keys=True).encode()
    return seal(written.ljust(-(-len(written) // _KIB) * _KIB, b" "), public_key)


def opened_sheet(sealed: str, private_key: ECKey) -> OpenedSheet:
    read = cast(dict[str, object], json.loads(unseal(sealed, private_key)))
    return {name: cast(SheetValue, tuple(value) if isinstance(value, list) else value) for name, value in read.items()}
