"""All that is held on a person: their own archive, and an erasure with its receipt."""

import json
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import PHONE, accessibility_violations, overflows, sign_in, visitor
from tests.e2e.installation import Server

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(180)]
SLOW_MS = 60_000


def test_somebody_takes_their_own_archive_once(browser: Browser, server: Server) -> None:
    server.person("odile@example.org")
    with visitor(browser, server.url, viewport=PHONE, locale="fr-FR") as page:
        sign_in(page, "odile@example.org")
        page.goto("/settings")
        expect(page.get_by_text("Vous n’avez pas encore demandé d’archive.")).to_be_visible()
        page.get_by_role("button", name="Préparer une archive").press("Enter")
        link = page.get_by_role("link", name="Télécharger l’archive du")
        expect(link).to_be_visible(timeout=SLOW_MS)
        assert not overflows(page)
        assert not accessibility_violations(page)
        with page.expect_download() as download:
            link.press("Enter")
        held = zipfile.ZipFile(download.value.path())
        assert json.loads(held.read("account/account.json"))["user"]["email"] == "odile@example.org"
        expect(page.get_by_text("Téléchargée")).to_be_visible()
        expect(link).to_have_count(0)


def test_an_administrator_exports_and_erases_somebody(page: Page, server: Server, tmp_path: Path) -> None:
    person = server.person("basile@example.org")
    page.goto("/people")
    row = page.get_by_role("listitem").filter(has_text="basile@example.org")
    row.get_by_role("button", name="Actions for Basile").click()
    page.get_by_role("menuitem", name="Export their data").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Prepare an archive").click()
    with page.expect_download() as download:
        dialog.get_by_role("link", name="Download the archive").click(timeout=SLOW_MS)
    assert "manifest.json" in zipfile.ZipFile(download.value.path()).namelist()
    expect(dialog).to_contain_text("Downloaded")
    page.keyboard.press("Escape")

    row.get_by_role("button", name="Actions for Basile").click()
    page.get_by_role("menuitem", name="Erase", exact=True).click()
    expect(dialog).to_contain_text("What stays")
    erase = dialog.get_by_role("button", name="Erase for good")
    expect(erase).to_be_disabled()
    dialog.get_by_label("Type basile@example.org to go on").fill("basile@example.org")
    assert not accessibility_violations(page)
    erase.click()
    expect(dialog.get_by_role("heading", name="Basile was erased")).to_be_visible(timeout=SLOW_MS)
    expect(dialog).to_contain_text(person)
    expect(dialog).to_contain_text("The entries of the audit log, without what is personal")
    dialog.get_by_role("button", name="Verify").click()
    expect(dialog).to_contain_text("Genuine")
    assert not accessibility_violations(page)
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Save as a file").click()
    receipt = tmp_path / "receipt.json"
    download.value.save_as(receipt)
    page.keyboard.press("Escape")
    expect(row).to_have_count(0)

    page.get_by_role("button", name="Personal data", exact=True).click()
    job = page.get_by_role("listitem").filter(has_text=person).first
    expect(job).to_contain_text("Erasure: somebody who is not here any more")
    job.get_by_role("button", name="Receipt of").click()
    expect(dialog).to_contain_text("Removed")
    page.keyboard.press("Escape")
    file = page.get_by_label("Verify a receipt from a file")
    file.set_input_files(receipt)
    expect(page.get_by_text("Genuine: signed by this installation")).to_be_visible()
    forged = receipt.read_text().replace(person, "usr_somebody_else")
    file.set_input_files({"name": "r.json", "mimeType": "application/json", "buffer": forged.encode()})
    expect(page.get_by_text("Not genuine")).to_be_visible()
    file.set_input_files({"name": "r.json", "mimeType": "application/json", "buffer": b"[]"})
    expect(page.get_by_role("alert")).to_contain_text("This file holds no receipt")
    assert not accessibility_violations(page)
