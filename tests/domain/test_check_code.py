import base64
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.documents.check_code import (
    ALPHABET,
    CODE_LENGTH,
    PASTED_LENGTH_MAX,
    TypingError,
    group_check_code,
    is_check_code,
    new_check_code,
    read_check_code,
)
from tests.pace import slowness

CODE = "3QF8W2M0TZ6C1RVN5KD7YH9XBGT"
GROUPS = "3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BGT"
ADDRESS = f"https://lernen.example.org/verify/{GROUPS}"
codes = st.builds(lambda _: new_check_code(), st.integers())
positions = st.integers(min_value=0, max_value=26)


def proofpoint(address: str) -> str:
    """Encode an address as URL Defense, version 2, does."""
    encoded = "".join(sign if sign.isalnum() or sign == "." else f"-{ord(sign):02X}" for sign in address).replace("-2F", "_")
    return f"https://urldefense.proofpoint.com/v2/url?u={encoded}&d=DwMFaQ&c=euGZstcaTDllvimEN8b7jXrwqOf-v5A_CdpgnVfiiMM&s=9Xz&e="


def test_a_new_code_is_well_formed() -> None:
    code = new_check_code()
    assert len(code) == 27
    assert is_check_code(code)


def test_codes_do_not_repeat() -> None:
    assert len({new_check_code() for _ in range(2000)}) == 2000


def test_a_code_is_shown_in_groups_of_four() -> None:
    assert group_check_code(CODE) == GROUPS


WAYS = {
    "as printed": GROUPS,
    "lower case": GROUPS.lower(),
    "spaces and a line break": " 3QF8 W2M0 TZ6C 1RVN 5KD7 YH9X BGT\n",
    "dashes of a word processor": GROUPS.replace("-", "–"),
    "long dashes": GROUPS.replace("-", "—"),
    "hyphens that do not break": GROUPS.replace("-", "\u2011"),
    "full-width hyphens": GROUPS.replace("-", "\uff0d"),
    "small hyphens": GROUPS.replace("-", "\ufe63"),
    "minus signs": GROUPS.replace("-", " \u2212 "),
    "soft hyphens beside the hyphens": GROUPS.replace("-", "-\u00ad"),
    "middle dots": GROUPS.replace("-", "·"),
    "underscores": GROUPS.replace("-", "_"),
    "bullets": GROUPS.replace("-", " • "),
    "tabs between the groups": GROUPS.replace("-", "\t"),
    "no groups": CODE,
    "other groups": "3QF8W-2M0TZ-6C1RV-N5KD7-YH9XB-GT",
    "every sign by itself": " ".join(CODE),
    "two lines": "3QF8-W2M0-TZ6C-\n1RVN-5KD7-YH9X-BGT",
    "a line that breaks inside a group": "3QF8-W2M0-TZ\r\n6C-1RVN-5KD7-YH9X-BGT",
    "O for nought and I for one": "3QF8W2MOTZ6CIRVN5KD7YH9XBGT",
    "l for one": "3qf8w2motz6clrvn5kd7yh9xbgt",
    "full-width letters": "".join(chr(ord(sign) + 0xFEE0) for sign in CODE),
    "zero-width spaces": "\u200b".join(CODE),
    "marks of direction": f"\u200e{GROUPS}\u200f\u2069",
    "a byte order mark": f"\ufeff{GROUPS}",
    "word joiners and variation selectors": GROUPS.replace("-", "\u2060-\ufe0e"),
    "spaces that do not break": GROUPS.replace("-", "\u00a0"),
    "thin spaces": GROUPS.replace("-", "\u2009"),
    "quotation marks": f"„{GROUPS}“",
    "brackets and a full stop": f"({GROUPS}).",
    "its label": f"Prüfcode: {GROUPS}",
    "its label on a line of its own": f"Prüfcode\n{GROUPS}",
    "a label that is made of signs of a code": f"Code {GROUPS}",
    "a label without a gap": f"Prüfcode{GROUPS}",
    "a label without a gap, without groups": f"CODE{CODE}",
    "words without a gap on both sides": f"Code{GROUPS}Page",
    "a sentence": f"Guten Tag, der Code des Zeugnisses lautet {GROUPS}, bitte prüfen Sie ihn. Mit freundlichen Grüßen",
    "the address": ADDRESS,
    "the address without https": ADDRESS.removeprefix("https://"),
    "the address with a slash": f"{ADDRESS}/",
    "the address in another language": f"{ADDRESS}?lang=en",
    "the address with a slash and a question": f"{ADDRESS}/?lang=en&utm_source=mail",
    "the address with a place on the page": f"{ADDRESS}#main",
    "the form's own address": f"https://lernen.example.org/verify?code={GROUPS}",
    "the form's own address in lower case without groups": f"https://lernen.example.org/verify?code={CODE.lower()}",
    "the address in capitals": ADDRESS.upper(),
    "the address in pointed brackets": f"<{ADDRESS}>",
    "an address that a mail program broke": "https://lernen.example.org/verify/3QF8-W2M0-TZ6C-\n1RVN-5KD7-YH9X-BGT",
    "an answered mail": "> Prüfseite:\n> https://lernen.example.org/verify/3QF8-W2M0-TZ6C-\n> 1RVN-5KD7-YH9X-BGT\n>\n> Gruß",
    "a mail's source": "https://lernen.example.org/verify/3QF8-W2M0-TZ6C-1R=\r\nVN-5KD7-YH9X-BGT",
    "a mail's source with encoded hyphens": ADDRESS.replace("-", "=2D"),
    "a page's source": f'<a href="{ADDRESS}">Pr&uuml;fseite</a>',
    "named characters": GROUPS.replace("-", "&#8209;"),
    "Markdown": f"[Prüfseite]({ADDRESS})",
    "encoded hyphens": ADDRESS.replace("-", "%2D"),
    "encoded spaces": "https://lernen.example.org/verify/%203QF8%20W2M0%20TZ6C%201RVN%205KD7%20YH9X%20BGT",
    "plus signs for spaces": "https://lernen.example.org/verify?code=3QF8+W2M0+TZ6C+1RVN+5KD7+YH9X+BGT",
    "Microsoft Safe Links": "https://eur01.safelinks.protection.outlook.com/?url="
    f"{quote(ADDRESS, safe='')}&data=05%7C02%7Canna%40amt.example%7C3f2b1c%7C0%7C0%7C638&sdata=aB3%2Fx%3D&reserved=0",
    "Safe Links inside Safe Links": "https://eur01.safelinks.protection.outlook.com/?url="
    + quote("https://nam02.safelinks.protection.outlook.com/?url=" + quote(ADDRESS, safe="") + "&data=05", safe=""),
    "Proofpoint, version 2": proofpoint(ADDRESS),
    "Proofpoint, version 3": f"https://urldefense.com/v3/__{ADDRESS}__;!!ACWV5N9M2RV99hQ!MwAZFXXIwuP0lv-kuUIJ0ekUiGBWlTBh$",
    "Google": f"https://www.google.com/url?q={quote(ADDRESS, safe='')}&sa=D&source=editors&ust=17&usg=AOvVaw0",
    "Barracuda": f"https://linkprotect.cudasvc.com/url?a={quote(ADDRESS, safe='').lower()}&c=E,1,abc,&typo=1",
    "Cisco": f"https://secure-web.cisco.com/1fCCdfJv_BYjz_YqipXEJjGHlmXln/{quote(ADDRESS, safe='')}",
    "Trend Micro": f"https://ca-1.check.trendmicro.com/wis/clicktime/v1/query?url={quote(ADDRESS, safe='')}&umid=A3",
    "Sophos": "https://eu-central-1.protection.sophos.com/?d=lernen.example.org&u="
    + base64.urlsafe_b64encode(ADDRESS.encode()).decode().rstrip("=")
    + "&i=NWY1NzY4MDNhOGI2OTAwZWFlOGRmNDI2",
}


@pytest.mark.parametrize("typed", WAYS.values(), ids=WAYS)
def test_a_code_is_found_in_whatever_was_pasted(typed: str) -> None:
    assert read_check_code(typed).code == CODE
    assert read_check_code(typed).error is None


@given(code=codes, way=st.sampled_from([*WAYS.values()]))
def test_every_code_is_found_in_every_way_of_pasting_it(code: str, way: str) -> None:
    # Those in which the code as printed, or without its groups, can be exchanged for another.
    pasted = way.replace(GROUPS, group_check_code(code)).replace(CODE, code).replace(CODE.lower(), code.lower())
    if CODE not in read_check_code(pasted).code:
        assert read_check_code(pasted).code == code


@given(code=codes)
def test_any_code_is_found_in_a_link_of_proofpoint(code: str) -> None:
    # `-2D` is how it writes a hyphen; a group of a code may itself begin with 2D.
    assert read_check_code(proofpoint(f"https://lernen.example.org/verify/{group_check_code(code)}")).code == code


@given(code=codes, at=positions, sign=st.sampled_from(ALPHABET))
def test_any_single_wrong_character_is_found(code: str, at: int, sign: str) -> None:
    changed = code[:at] + sign + code[at + 1 :]
    assert is_check_code(changed) == (changed == code)


def test_every_single_wrong_character_of_one_code_is_found() -> None:
    code = new_check_code()
    changed = {code[:at] + sign + code[at + 1 :] for at in range(27) for sign in ALPHABET} - {code}
    assert len(changed) == 27 * 31
    assert {read_check_code(each).error for each in changed} == {TypingError.CHECK}


@given(code=codes, at=st.integers(min_value=0, max_value=25))
def test_any_adjacent_transposition_is_found(code: str, at: int) -> None:
    changed = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert is_check_code(changed) == (changed == code)


@given(code=codes, one=positions, other=positions)
def test_any_exchange_of_two_characters_is_found(code: str, one: int, other: int) -> None:
    signs = list(code)
    signs[one], signs[other] = signs[other], signs[one]
    changed = "".join(signs)
    assert is_check_code(changed) == (changed == code)


@pytest.mark.parametrize(
    ("typed", "error", "sign"),
    [
        ("", TypingError.EMPTY, ""),
        ("   ", TypingError.EMPTY, ""),
        (" \u200b – ", TypingError.EMPTY, ""),
        ("3QF8", TypingError.LENGTH, ""),
        ("3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BGGG", TypingError.LENGTH, ""),
        ("3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X", TypingError.LENGTH, ""),
        ("3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BGU", TypingError.SIGN, "U"),
        ("3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BGÄ", TypingError.SIGN, "Ä"),
        ("3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BGV", TypingError.CHECK, ""),
        ("Prüfcode 3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BGV", TypingError.CHECK, ""),
        ("https://lernen.example.org/verify/3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BGV?lang=en", TypingError.CHECK, ""),
        ("https://lernen.example.org/verify/3QF8-W2M0-TZ6C", TypingError.LENGTH, ""),
        ("3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BG\u0422", TypingError.LOOKALIKE, "\u0422"),  # Cyrillic
        ("3QF8-W2\u039c0-TZ6C-1RVN-5KD7-YH9X-BGT", TypingError.LOOKALIKE, "\u039c"),  # Greek
        ("https://lernen.example.org/verify/3QF8-W2\u041c0-TZ6C-1RVN-5KD7-YH9X-BGT", TypingError.LOOKALIKE, "\u041c"),
        ("https://protect-eu.mimecast.com/s/AbCdE1fGh2IjK3?domain=lernen.example.org", TypingError.LINK, ""),
        ("https://lernen.example.org/verify", TypingError.LINK, ""),
    ],
)
def test_a_typing_error_is_named(typed: str, error: TypingError, sign: str) -> None:
    read = read_check_code(typed)
    assert (read.error, read.wrong_sign) == (error, sign)


@given(st.text(max_size=300))
def test_no_typed_text_breaks_the_reading(typed: str) -> None:
    read = read_check_code(typed)
    assert read.error is not None or (len(read.code) == CODE_LENGTH and is_check_code(read.code))


PROSE = (
    "Sehr geehrte Damen und Herren, anbei sende ich Ihnen mein Zertifikat aus dem Programm Smart-City-Manager:in, ausgestellt am "
    "23. November 2026. Es bescheinigt mir die Teilnahme an fünf Modulen mit einem Gesamtumfang von ca. 39,5 Stunden. Rückfragen "
    "gern unter 0331 1234-5678 oder anna@amt.example. The programme has 28 lessons in 5 modules; see https://amt.example/?id=7. "
)


def test_a_mistyped_code_in_a_letter_is_not_taken_for_another_one() -> None:
    for sign in ALPHABET.replace("T", ""):
        assert read_check_code(f"{PROSE} 3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BG{sign} {PROSE}").error is TypingError.CHECK


def test_a_letter_without_a_code_holds_none() -> None:
    assert read_check_code(PROSE * 3).error is not None


@pytest.mark.parametrize("piece", ["0 ", "A-", "3QF8 ", "%25", "&#45;", "ﷺ", "=\n", "aHR0cHM6", "> ", "/", "2D-2D"])
def test_the_longest_paste_is_read_quickly(piece: str) -> None:
    begun = time.process_time()
    read_check_code(piece * PASTED_LENGTH_MAX)
    assert time.process_time() - begun < 1 * slowness()
