"""Takes the pictures in docs/screenshots anew, of the demo data in a database of its own: `make screenshots`."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright
from pypdfium2 import PdfDocument

ROOT = Path(__file__).parents[3]
PICTURES = ROOT / "docs" / "screenshots"
URL = f"http://127.0.0.1:{socket.create_server(('127.0.0.1', 0)).getsockname()[1]}"  # a free port
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WIDE, NARROW = {"width": 1280, "height": 880}, {"width": 360, "height": 740}


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def wait_for_server() -> None:
    for _attempt in range(100):
        try:
            urllib.request.urlopen(f"{URL}/healthz")
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server did not start.")


def sign_in(browser: Browser, viewport: dict, scheme: str = "light", login: str = "marta") -> Page:
    """A page of that user, who looks at Marta's first opportunity."""
    page = browser.new_context(viewport=viewport, color_scheme=scheme, locale="en-GB", base_url=URL).new_page()
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill(login)
    page.get_by_label("Password").fill("cloture-demo")
    page.get_by_role("button", name="Sign in").click()
    page.goto("/opportunities/?q=Plant+maintenance")
    page.get_by_role("link", name="Plant maintenance programme").first.click()
    return page


def offer(page: Page) -> None:
    """The dialog after the refusal: a winner is chosen, and the offer to close all quotes is ticked."""
    page.get_by_role("link", name="Close as won").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Q-2026-0114 rev. 2 will become").select_option(label="Won")
    expect(dialog.get_by_label("Q-2026-0121 rev. 0 will become")).to_have_value("lost")
    dialog.get_by_label("Details").fill("Signed for three sites; two more to follow in spring.")
    dialog.get_by_role("button", name="Close opportunity").click()
    dialog.get_by_role("button", name="Close opportunity and 3 quotes").wait_for()


def take(browser: Browser) -> None:
    page = sign_in(browser, WIDE)
    page.screenshot(path=PICTURES / "opportunity.png")
    take_quote(browser)
    take_insights(browser)
    offer(page)
    page.screenshot(path=PICTURES / "close-dialog.png")
    for name, viewport, scheme in [("close-dialog-dark", WIDE, "dark"), ("close-dialog-360", NARROW, "light")]:
        other = sign_in(browser, viewport, scheme)
        offer(other)
        other.screenshot(path=PICTURES / f"{name}.png")
    page.get_by_role("button", name="Close opportunity and 3 quotes").click()
    page.get_by_role("status").get_by_role("button", name="Undo").wait_for()
    page.screenshot(path=PICTURES / "closed.png")


def take_quote(browser: Browser) -> None:
    page = sign_in(browser, WIDE)
    page.get_by_role("link", name="Q-2026-0114").first.click()
    page.get_by_role("heading", name="Revisions").wait_for()
    page.screenshot(path=PICTURES / "quote.png", full_page=True)
    pdf = page.request.get(page.url + "pdf/").body()
    PdfDocument(pdf)[0].render(scale=1.5).to_pil().save(PICTURES / "quote-pdf.png", optimize=True)


def take_insights(browser: Browser) -> None:
    page = sign_in(browser, {"width": 1280, "height": 1250}, login="ines")
    page.goto("/insights/?period=this_year")
    page.screenshot(path=PICTURES / "insights.png")


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"DEBUG": "1", "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"}
        for command in (["migrate", "-v", "0"], ["demo"]):
            subprocess.run(manage(*command), env=env, check=True, stdout=subprocess.DEVNULL)
        server = subprocess.Popen(
            manage("runserver", URL.removeprefix("http://"), "--noreload"),
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for_server()
            with sync_playwright() as playwright:
                path = os.environ.get("CHROMIUM") or None
                take(playwright.chromium.launch(executable_path=path, args=FLAGS))
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
