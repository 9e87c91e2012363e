"""Alert rules and dashboard name metrics that exist."""

import json
import re
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).parents[2] / "docker" / "monitoring"
SOURCE = (Path(__file__).parents[2] / "lti_tool" / "web" / "endpoints" / "metrics.py").read_text(encoding="utf-8")
KNOWN = set(re.findall(r'"(lti_tool_[a-z0-9_]+)"', SOURCE))


def alerts() -> list[tuple[str, str]]:
    (group,) = yaml.safe_load((FOLDER / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    return [(rule["alert"], rule["expr"]) for rule in group["rules"]]


def panels() -> list[tuple[str, str]]:
    board = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))
    return [(panel["title"], target["expr"]) for panel in board["panels"] for target in panel["targets"]]


@pytest.mark.parametrize(("name", "expression"), [*alerts(), *panels()])
def test_an_expression_names_metrics_that_exist(name: str, expression: str) -> None:
    found = {re.sub(r"_(total|bucket|count)$", "", metric) for metric in re.findall(r"lti_tool_[a-z0-9_]+", expression)}
    assert found <= KNOWN, name
    assert found or expression.startswith("up{")


def test_every_alert_says_what_to_do() -> None:
    (group,) = yaml.safe_load((FOLDER / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    assert all(rule["annotations"]["summary"] and rule["annotations"]["description"] for rule in group["rules"])
