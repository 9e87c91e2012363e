"""What is asked: one file for each type of item, and the list of them. How to add one: docs/extending.md."""

from collections.abc import Mapping
from typing import get_args

from lti_tool.domain.items.choice import Case, MultipleChoice, SingleChoice
from lti_tool.domain.items.cloze import Cloze
from lti_tool.domain.items.matching import Matching
from lti_tool.domain.items.matrix import Matrix
from lti_tool.domain.items.numeric import Numeric
from lti_tool.domain.items.ordering import Ordering

Item = SingleChoice | MultipleChoice | Case | Matching | Ordering | Cloze | Numeric | Matrix

ITEM_TYPES: Mapping[str, type[Item]] = {item_type.kind: item_type for item_type in get_args(Item)}
"""Each type by its name."""

__all__ = ["ITEM_TYPES", "Case", "Cloze", "Item", "Matching", "Matrix", "MultipleChoice", "Numeric", "Ordering", "SingleChoice"]
