"""Journey 38 in a real browser: a bad copy, a typing error, a rewritten link, a file that a mail gateway touched."""

import io
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from pypdf import PdfReader

from lti_tool.domain.content.programme import Programme
from lti_tool.playground.people import PARTICIPANTS
from tests.browser.documents import bad_copy, launch, learn_everything, scan, stranger, take_home
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.journey]

HOLDER = PARTICIPANTS[10]
GENUINE = "Dieses Dokument ist echt und gültig"


def test_journey_38_a_stranger_checks_the_paper_in_every_way(
    browser: Browser, context: BrowserContext, installation: Installation, programme: Programme, tmp_path: Path
) -> None:
    page = context.new_page()
    launch(page, installation, HOLDER, programme.modules[0].slug)
    learn_everything(installation, programme, HOLDER.id)
    page.get_by_role("link", name="Meine Nachweise").click()
    code, pdf = take_home(page)

    desk = stranger(browser)
    # A bad black-and-white copy: the code on it is still read and leads to the page.
    desk.goto(scan(bad_copy(pdf, tmp_path)))
    expect(desk.get_by_role("heading", name=GENUINE)).to_be_visible()
    expect(desk.get_by_text(HOLDER.name).first).to_be_visible()
    # Who says so stands above the answer, and the address to compare below it; printed it is one sheet.
    assert desk.locator("main p").first.inner_text().endswith("gibt hier Auskunft über ausgestellte Nachweise.")
    expect(desk.get_by_text(f"{installation.tool_url}/verify", exact=True)).to_be_visible()
    assert len(PdfReader(io.BytesIO(desk.pdf(format="A4"))).pages) == 1

    # A typing error: who says so is the check sign, and nothing is said of the document; mended in the field it is found.
    desk.get_by_role("link", name="Anderes Dokument prüfen").click()
    wrong = f"{code[:10]}{'A' if code[10] != 'A' else 'B'}{code[11:]}"
    field = desk.get_by_role("textbox", name="Prüfcode")
    field.fill(wrong)
    desk.get_by_role("button", name="Prüfen", exact=True).click()
    expect(desk.get_by_text("Über das Dokument sagt das nichts")).to_be_visible()
    expect(field).to_have_value(wrong)
    field.fill(code.lower())
    field.press("Enter")
    expect(desk.get_by_role("heading", name=GENUINE)).to_be_visible()

    # A letter of another alphabet, from a chat.
    desk.goto(f"{installation.tool_url}/verify")
    field.fill(f"{code[:-1]}\u0410")
    desk.get_by_role("button", name="Prüfen", exact=True).click()
    expect(desk.get_by_text("aus einer anderen Schrift")).to_be_visible()

    # The link as two mail gateways have rewritten it, and one from which nothing can be read.
    address = f"{installation.tool_url}/verify/{code}?lang=de"
    inner = f"https://linkprotect.cudasvc.com/url?a={quote(address, safe='')}&c=E,1,{'x' * 900}"
    outer = f"https://eur01.safelinks.protection.outlook.com/?url={quote(inner, safe='')}&data=05%7C02&reserved=0"
    field.fill(outer)
    desk.get_by_role("button", name="Prüfen", exact=True).click()
    expect(desk.get_by_role("heading", name=GENUINE)).to_be_visible()
    assert desk.url.startswith(f"{installation.tool_url}/verify/{code}")
    desk.goto(f"{installation.tool_url}/verify")
    field.fill("https://protect-eu.mimecast.com/s/AbCdE1fGh2IjK3?domain=lernen.example.org")
    desk.get_by_role("button", name="Prüfen", exact=True).click()
    expect(desk.get_by_text("In diesem Link steht kein Prüfcode")).to_be_visible()

    # The file as it was, as a gateway stamped it, and as somebody rewrote it.
    files = {
        "as issued.pdf": (pdf, "Diese Datei ist unverändert, und das Dokument gilt"),
        "stamped.pdf": (pdf + b"\n9 0 obj<</Type/Annot/Contents(geprueft)>>endobj\n%%EOF\r\n", "etwas angehängt"),
        "in front.pdf": (b"\r\n" + pdf, "etwas angehängt"),
        "rewritten.pdf": (pdf.replace(b"%PDF-1.7", b"%PDF-1.6"), "Diese Datei kennen wir nicht"),
    }
    for name, (content, words) in files.items():
        (tmp_path / name).write_bytes(content)
        desk.goto(f"{installation.tool_url}/verify")
        desk.locator("#document").set_input_files(tmp_path / name)
        desk.get_by_role("button", name="Datei prüfen").click()
        expect(desk.get_by_role("heading", level=2).first).to_contain_text(words)
    expect(desk.get_by_text("Prüfen Sie dann den Prüfcode")).to_be_visible()
