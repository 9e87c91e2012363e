"""A small programme folder of one module that a test can spoil in one place."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from lti_tool.programme.check import check
from lti_tool.programme.formats import findings as findings_module
from lti_tool.programme.formats.findings import Rule

PROGRAMME = """\
slug = "probe"
title = "Probe"
language = "de"
version = "1"

[[change]]
version = "1"
date = 2026-11-23
note = "Erste Fassung."

[assessment]
items = 2
strata = { A = 1, B = 1, C = 0 }
max_single_choice = 1
min_types = 1
min_cases = 0
min_pool = 2
pass_mark_pct = 70
attempts = 3
wait_hours_before_last = 24

[hours]
transfer_minutes_per_lesson = 12
quiz_minutes = 30
"""
MODULE = """\
number = 1
slug = "grundlagen"
title = "Grundlagen der Probe"
short_title = "Grundlagen"
aim = "Sie können etwas."
summary = "Kurz gesagt."
topics = ["a", "b", "c", "d"]

[case]
name = "Stadt Havelbruch"
text = "Ein **fiktives Beispiel**."

[[misconception]]
claim = "Ein Irrtum."
correction = "So ist es."
"""
LESSON = """\
+++
code = "1.1"
slug = "anfang"
title = "Der Anfang"
minutes = 10
authors = "Red."
version = "1.0"
as_of = 2026-11-01
review_by = 2027-11-01

[[objective]]
id = "1.1a"
text = "Sie unterscheiden zwei Dinge."
bloom = "verstehen"

[[source]]
publisher = "Bund"
title = "Heft"
year = 2025
url = "https://www.bund.example.org/heft"
+++

## Einstieg: Eine Frage

Ein [INSEK](glossar:insek) und [Open Source]{lang=en}.

## Kern

### Erster Teil

| Wort | Sinn |
|---|---|
| a | b |

![Zwei Felder](figures/1-1-felder.svg "Zwei Felder nebeneinander")

### Zweiter Teil

Weiter in [Lektion 1.1](lektion:1.1).

### Dritter Teil

Ende.

## Beispiel

Havelbruch (fiktives Beispiel) fängt an.

## Merksätze

- Eins.
- Zwei.
- Drei.

## Transferfrage

Und bei Ihnen?
"""
POOL = """\
[[item]]
id = "M1-01"
type = "single-choice"
objectives = ["1.1a"]
level = "verstehen"
stratum = "A"
stem = "Was ist **richtig**?"
explanation = "Das Zweite."
[[item.option]]
text = "Eins, das lange dauert"
correct = false
feedback = "Nein."
[[item.option]]
text = "Zwei"
correct = true
feedback = "Ja."
[[item.option]]
text = "Drei"
correct = false
feedback = "Nein."

[[item]]
id = "M1-02"
type = "numeric"
objectives = ["1.1a"]
level = "anwenden"
stratum = "B"
stem = \"\"\"Wie viel?

value = 7 steht hier nur im Text.\"\"\"
value = 6.3
tolerance = 0.05
unit = "Punkte"
decimals = 1
feedback_right = "Ja."
feedback_wrong = "Nein."
explanation = "6,3."
"""
GLOSSARY = """\
[[term]]
id = "insek"
term = "INSEK"
definition = "Ein Konzept."
english = "concept"
"""
SELF_CHECKS = """\
[[item]]
id = "1.1-S1"
lesson = "1.1"
type = "multiple-choice"
stem = "Was noch?"
[[item.option]]
text = "Eins"
correct = true
feedback = "Ja."
[[item.option]]
text = "Zwei"
correct = false
feedback = "Nein."
[[item.option]]
text = "Drei"
correct = false
feedback = "Nein."
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200"><rect width="400" height="200" fill="#fff"/></svg>'
FILES = {
    "programme.toml": PROGRAMME,
    "1-grundlagen/module.toml": MODULE,
    "1-grundlagen/lessons/1-1-anfang.md": LESSON,
    "1-grundlagen/figures/1-1-felder.svg": SVG,
    "1-grundlagen/figures/1-1-felder.md": "Zwei Felder.",
    "1-grundlagen/pool.toml": POOL,
    "1-grundlagen/glossary.toml": GLOSSARY,
    "1-grundlagen/self-checks.toml": SELF_CHECKS,
}


class Folder:
    """A programme folder on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_text(text, encoding="utf-8")

    def spoil(self, name: str, old: str, new: str) -> None:
        text = (self.path / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new, 1))


# What a text of a few words can keep; the other rules ask for a finished programme and stay warnings here.
ENFORCED_ON_A_FEW_WORDS = frozenset({Rule.LESSON_CASE, Rule.LESSON_MINUTES, Rule.LIVE_PREPARATION})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setattr(findings_module, "ENFORCED", ENFORCED_ON_A_FEW_WORDS)
    return Folder(tmp_path / "probe")


WRONG_VALUES = ["1", '"x"', "[]", "{}", "true", "2026-11-01", "[1]", "1e400"]


def put_everywhere(folder: Folder, files: Mapping[str, str], value: str) -> None:
    """Give each key of the files a value that it may not have, one after the other, and proof-read: nothing may crash."""
    for name, text in files.items():
        if name.endswith(".svg"):
            continue
        for line in dict.fromkeys(re.findall(r"^\w+ = .*$", text, re.MULTILINE)):
            if line.count('"""') == 1:
                continue
            key = line.split(" = ")[0]
            folder.write(name, text.replace(line, f"{key} = {value}", 1))
            check(folder.path)
        folder.write(name, text)
