"""A real server and worker on a throw-away demo database, and people in front of Chromium."""

from __future__ import annotations

import csv
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = "/usr/bin/chromium"
SERIOUS = {"serious", "critical"}
START_SECONDS = 60


@dataclass
class Site:
    """The running program: where it listens, and the demo passwords."""

    url: str
    passwords: dict[str, str]
    environment: dict[str, str]
    folder: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(url: str) -> None:
    for _ in range(START_SECONDS * 10):
        try:
            with urllib.request.urlopen(f"{url}/health/", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not come up at {url}")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The one that most journeys share."""
    with running(tmp_path_factory.mktemp("site")) as shared:
        yield shared


@contextmanager
def running(folder: Path) -> Iterator[Site]:
    """`seed --demo`, then the server and one worker as `make run` starts them."""
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite3'}",
        "MEDIA_ROOT": str(folder / "media"),
        "DJANGO_SETTINGS_MODULE": "agency.settings",
    }
    manage = [sys.executable, str(ROOT / "manage.py")]
    for arguments in (["migrate", "-v0"], ["seed", "--demo", "--json"]):
        done = subprocess.run([*manage, *arguments], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{arguments[0]}: {done.stdout[-500:]}{done.stderr[-2000:]}"
    url = f"http://127.0.0.1:{free_port()}"
    with (folder / "server.log").open("w") as log:
        processes = [
            subprocess.Popen([*manage, *arguments], env=environment, stdout=log, stderr=log)
            for arguments in (["runserver", url.removeprefix("http://"), "--noreload"], ["worker"])
        ]
    try:
        wait_until_up(url)
        with (ROOT / "seeds" / "demo" / "staff.csv").open(encoding="utf-8") as stream:
            passwords = {row["username"]: row["password"] for row in csv.DictReader(stream)}
        yield Site(url, passwords, environment, folder)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=30)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield browser
        browser.close()


@dataclass
class Person:
    """Somebody at a screen of 1280×720. Every page met is checked with axe; nothing may go wrong in the
    console."""

    site: Site
    page: Page
    problems: list[str] = field(default_factory=list)

    def goes_to(self, path: str) -> Page:
        self.page.goto(self.site.url + path)
        self.looks()
        return self.page

    def looks(self) -> None:
        """Check the page that is on the screen for serious findings."""
        self.page.wait_for_load_state()
        found = Axe().run(self.page).response["violations"]
        serious = [
            f"{self.page.url}: {item['id']} {item['nodes'][0]['target']} {item['nodes'][0]['html'][:120]}"
            for item in found
            if item["impact"] in SERIOUS
        ]
        assert serious == []

    def finds(self, term: str) -> Page:
        """Use the search box as a person does: `/`, type, Enter."""
        self.page.keyboard.press("/")
        self.page.keyboard.type(term)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        return self.page


@pytest.fixture
def person(site: Site, browser: Browser) -> Iterator[Callable[[str], Person]]:
    """`person("cc_intake")`: logs in through the login page, in a browser of their own."""
    contexts, people = [], []

    def log_in(username: str) -> Person:
        context = browser.new_context(
            reduced_motion="reduce",  # a colour half-way through a change is none that anybody reads
            viewport={"width": 1280, "height": 720},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            base_url=site.url,
            accept_downloads=True,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        someone = Person(site, context.new_page())
        people.append(someone)
        someone.page.on("console", lambda m: someone.problems.append(m.text) if m.type == "error" else None)
        someone.page.on("pageerror", lambda error: someone.problems.append(str(error)))
        someone.goes_to("/login/")
        someone.page.fill("input[name=username]", username)
        someone.page.fill("input[name=password]", site.passwords[username])
        someone.page.keyboard.press("Enter")
        someone.page.wait_for_url(site.url + "/")
        someone.looks()
        return someone

    yield log_in
    for context in contexts:
        context.close()
    # an expected 422 or 403 is logged by the browser as a failed load; anything else is a mistake of ours
    told = [text for someone in people for text in someone.problems if "Failed to load resource" not in text]
    assert told == []
