"""A briefing in the other engine: Firefox, opened from disk, with a reader's own mouse and keys.

Needs Debian's firefox-esr; skipped with a word where there is none. Playwright drives only a Firefox of its own, so this speaks
WebDriver BiDi, which the browser itself offers, over one socket.
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_browser import briefing

FIREFOX = next((found for name in ("firefox-esr", "firefox") if (found := shutil.which(name))), None)
pytestmark = [pytest.mark.browser, pytest.mark.skipif(FIREFOX is None, reason="no Firefox on this machine: apt-get install firefox-esr")]
KEYS = {"ArrowDown": "\ue015", "Enter": "\ue007"}


class Firefox:
    """One tab of a headless Firefox with a profile of its own."""

    def __init__(self, profile: Path) -> None:
        websocket = pytest.importorskip("websocket", reason="websocket-client, which comes with Jupyter, is not installed")
        command = [str(FIREFOX), "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        assert self.process.stderr is not None
        address = next(found[1] for line in self.process.stderr if (found := re.search(r"BiDi listening on (\S+)", line)))
        self.socket = websocket.create_connection(f"{address}/session", timeout=60, suppress_origin=True)
        self.numbers, self.events = itertools.count(1), list[dict[str, Any]]()
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self.tab = self.ask("browsingContext.getTree")["contexts"][0]["context"]

    def ask(self, method: str, **params: Any) -> Any:
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (told := json.loads(self.socket.recv())).get("id") != number:
            self.events.append(told)
        assert told["type"] == "success", told
        return told["result"]

    def open(self, path: Path, width: int) -> None:
        self.ask("browsingContext.setViewport", context=self.tab, viewport={"width": width, "height": 844})
        self.ask("browsingContext.navigate", context=self.tab, url=path.as_uri(), wait="complete")
        self.wait("document.querySelector('.fz-drawn') !== null")

    def tell(self, expression: str) -> Any:
        told = self.ask("script.evaluate", expression=f"JSON.stringify({expression})", target={"context": self.tab}, awaitPromise=True)
        assert told["type"] == "success", told
        return json.loads(told["result"].get("value", "null"))

    def wait(self, condition: str) -> None:
        end = time.monotonic() + 60
        while not self.tell(condition):
            assert time.monotonic() < end, condition
            time.sleep(0.1)

    def press(self, *keys: str) -> None:
        actions = [{"type": kind, "value": KEYS[key]} for key in keys for kind in ("keyDown", "keyUp")]
        self.ask("input.performActions", context=self.tab, actions=[{"type": "key", "id": "k", "actions": actions}])

    def click(self, x: float, y: float) -> None:
        moves = [{"type": "pointerMove", "x": round(x) - 3, "y": round(y)}, {"type": "pointerMove", "x": round(x), "y": round(y)},
                 {"type": "pause", "duration": 300}, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self.ask("input.performActions", context=self.tab, actions=[{"type": "pointer", "id": "m", "actions": moves}])


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "briefing.html"
    path.write_text(briefing(), "utf-8")
    return path


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    running = Firefox(tmp_path_factory.mktemp("profile"))
    yield running
    running.socket.close()
    running.process.terminate()
    running.process.wait(20)


@pytest.fixture
def wide(firefox: Firefox, file: Path) -> Firefox:
    firefox.open(file, 1280)
    return firefox


def test_it_asks_for_nothing_and_complains_of_nothing(wide: Firefox, file: Path) -> None:
    asked = {event["params"]["request"]["url"] for event in wide.events if event.get("method") == "network.beforeRequestSent"}
    assert {url for url in asked if url.startswith(("http", "file"))} <= {file.as_uri()}
    assert not [event for event in wide.events if event.get("method") == "log.entryAdded" and event["params"]["level"] == "error"]
    assert wide.tell("[...document.fonts].every((font) => font.status === 'loaded')")


def test_a_click_on_a_point_opens_its_sentence(wide: Firefox) -> None:
    x, y = wide.tell("""(() => { const point = document.querySelector('#fig-1 .scatterlayer path.point');
        point.scrollIntoView({block: 'center', behavior: 'instant'});
        const box = point.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })()""")
    wide.click(x, y)
    wide.wait("document.activeElement.id.startsWith('s-')")


def test_points_and_numbers_are_reached_by_keyboard(wide: Firefox) -> None:
    wide.tell("document.querySelector('#fig-1 .fz-plot').focus()")
    wide.press("ArrowDown", "ArrowDown")
    assert "人民政府" in wide.tell("document.querySelector('.fz-said').textContent")
    wide.press("Enter")
    assert wide.tell("document.activeElement.id").startswith("s-")
    wide.tell("document.querySelector(\"td a[href^='#s-']\").focus()")
    wide.press("Enter")
    assert wide.tell("document.activeElement.id") == wide.tell("document.querySelector(\"td a[href^='#s-']\").hash.slice(1)")


def test_every_figure_is_drawn_and_harms_nothing(wide: Firefox) -> None:
    for number in range(1, 10):
        wide.tell(f"document.getElementById('fig-{number}').scrollIntoView({{behavior: 'instant'}})")
        wide.wait(f"document.querySelector('#fig-{number}.fz-drawn .main-svg') !== null")
    assert wide.tell("window.harmed ?? null") is None


def test_it_fits_a_phone(firefox: Firefox, file: Path) -> None:
    firefox.open(file, 390)
    assert firefox.tell("document.documentElement.scrollWidth") <= 390
    assert firefox.tell("document.querySelector('.fz-cards td.fz-l').getBoundingClientRect().right") <= 390
