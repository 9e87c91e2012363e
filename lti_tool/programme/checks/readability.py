"""How hard a German text is to read: words, sentences, syllables, Wiener Sachtextformel."""

import re
from collections.abc import Sequence

_WORD = re.compile(r"[A-Za-zÄÖÜäöüß][A-Za-zÄÖÜäöüßé\-]*|\d[\d.,:%]*")
_SYLLABLE = re.compile(r"eu|äu|au|ei|ai|ie|aa|ee|oo|[aeiouyäöü]")
_LETTERS = re.compile(r"[A-Za-zÄÖÜäöüß]")
_END = re.compile(r"[.!?…]+[“”»\")]*\s+(?=[A-ZÄÖÜ„»\"(\d])")
# A point after these ends no sentence; so does one after an ordinal number before a word ("am 6. Juli").
_ABBREVIATION = re.compile(
    r"(?:\b(?:z|B|u|a|d|h|i|o|Ä|Nr|Art|Abs|ca|bzw|usw|ggf|vgl|Dr|Mio|Mrd|St|Str|inkl|evtl|S)|(?<![\d.,])\d{1,2})\.$"
)


def words_of(text: str) -> list[str]:
    """Split a text into words; numbers count as words."""
    return _WORD.findall(text)


def sentences_of(text: str) -> list[str]:
    """Split running text into sentences; each line of it ends one too."""
    sentences = []
    for line in text.splitlines():
        start = 0
        for end in _END.finditer(line):
            if not _ABBREVIATION.search(line[start : end.start() + 1]):
                sentences.append(line[start : end.end()].strip())
                start = end.end()
        if rest := line[start:].strip():
            sentences.append(rest)
    return sentences


def syllables_in(word: str) -> int:
    """Count a German word's syllables by its vowels; good to within a few percent, which is enough for a share."""
    return max(1, len(_SYLLABLE.findall(word.lower())))


def wiener_sachtextformel(text: str) -> float:
    """Give the school year a text is fit for, 4 (very easy) to 15 (very hard).

    Source: Bamberger and Vanecek, Lesen – Verstehen – Lernen – Schreiben (1984), first Wiener Sachtextformel.
    """
    words = [word for word in words_of(text) if not word[0].isdigit()]
    sentences = sentences_of(text)
    if not words or not sentences:
        return 0.0
    counts = [syllables_in(word) for word in words]
    three_or_more = 100 * sum(count >= 3 for count in counts) / len(words)
    one = 100 * sum(count == 1 for count in counts) / len(words)
    long_words = 100 * sum(len(_LETTERS.findall(word)) > 6 for word in words) / len(words)
    length = len(words) / len(sentences)
    return round(0.1935 * three_or_more + 0.1672 * length + 0.1297 * long_words - 0.0327 * one - 0.875, 1)


def longer_than(sentences: Sequence[str], words: int) -> list[str]:
    """Pick the sentences with more than `words` words."""
    return [sentence for sentence in sentences if len(words_of(sentence)) > words]
