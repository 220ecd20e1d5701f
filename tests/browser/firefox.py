"""Debian's Firefox by its own WebDriver BiDi: playwright drives only builds of its own.

Source: W3C WebDriver BiDi; Firefox listens with `--remote-debugging-port`.
"""

import json
import os
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from hatch_build import node_tool

BROWSER: Final = "/usr/bin/firefox-esr"
BRIDGE: Final = Path(__file__).with_name("bridge.mjs")
START_S: Final = 60.0
WAIT_S: Final = 60.0


class Refused(AssertionError):
    """Firefox answered a command with an error."""


@dataclass
class Firefox:
    """One tab. Selectors are CSS; `asked` are the addresses it asked for, `faults` what broke."""

    bridge: "subprocess.Popen[str]"
    tab: str = ""
    sent: int = 0
    asked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def command(self, method: str, **params: Any) -> Any:
        """Send a command and return its result; note the events that come before it."""
        assert self.bridge.stdin is not None
        assert self.bridge.stdout is not None
        self.sent += 1
        self.bridge.stdin.write(json.dumps({"id": self.sent, "method": method, "params": params}))
        self.bridge.stdin.write("\n")
        self.bridge.stdin.flush()
        for line in self.bridge.stdout:
            message = json.loads(line)
            if message.get("id") == self.sent:
                if message["type"] == "error":
                    raise Refused(f"{method}: {message['message']}")
                return message["result"]
            self._note(message)
        raise Refused("Firefox hung up")

    def _note(self, event: dict[str, Any]) -> None:
        params = event.get("params", {})
        if event.get("method") == "network.beforeRequestSent":
            self.asked.append(params["request"]["url"])
        text = str(params.get("text"))
        is_left_behind = (
            "ServiceWorker intercepted the request" in text
        )  # a page left while loading
        is_fault = params.get("level") == "error" and not is_left_behind
        if event.get("method") == "log.entryAdded" and is_fault:
            self.faults.append(text)

    def open(self, url: str) -> None:
        self.command("browsingContext.navigate", context=self.tab, url=url, wait="complete")

    def ask(self, expression: str) -> Any:
        """Return what an expression gives in the page, as JSON carries it."""
        answer = self.command(
            "script.evaluate",
            expression=f"JSON.stringify({expression})",
            target={"context": self.tab},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer
        given = answer["result"].get("value")
        return None if given is None else json.loads(given)

    @property
    def path(self) -> str:
        return str(self.ask("location.pathname"))

    def texts(self, selector: str) -> list[str]:
        found = self.ask(f"[...document.querySelectorAll({selector!r})].map((e) => e.innerText)")
        return list(found)

    def write(self, selector: str, text: str) -> None:
        """Type into a field, key by key."""
        self.ask(f"document.querySelector({selector!r}).focus() ?? true")
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        actions = [{"type": "key", "id": "keyboard", "actions": keys}]
        self.command("input.performActions", context=self.tab, actions=actions)

    def press(self, selector: str) -> None:
        """Click on the middle of an element."""
        nodes = self.command(
            "browsingContext.locateNodes",
            context=self.tab,
            locator={"type": "css", "value": selector},
            maxNodeCount=1,
        )["nodes"]
        assert nodes, selector
        origin = {"type": "element", "element": {"sharedId": nodes[0]["sharedId"]}}
        self.ask(
            f"document.querySelector({selector!r}).scrollIntoView({{block: 'center'}}) ?? true"
        )
        moves = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
            *({"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}),
        ]
        actions = [{"type": "pointer", "id": "mouse", "actions": moves}]
        self.command("input.performActions", context=self.tab, actions=actions)

    def wait(self, expression: str) -> Any:
        """Return what an expression gives once it gives something; pages may change meanwhile."""
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            try:
                if given := self.ask(expression):
                    return given
            except Refused:  # between two pages
                pass
            time.sleep(0.1)
        raise AssertionError(f"never: {expression} at {self.path}: {self.texts('main')}")


@contextmanager
def firefox(folder: Path) -> Generator[Firefox, None, None]:
    """Start Firefox with an empty profile in a folder, and end it."""
    profile = folder / "profile"
    profile.mkdir()
    command = [BROWSER, "--headless", "--no-remote", "--profile", str(profile)]
    environment = {**os.environ, "HOME": str(folder), "MOZ_HEADLESS_WIDTH": "420"}
    with subprocess.Popen(
        [*command, "--remote-debugging-port=0", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as browser:
        try:
            with _bridge(_port(profile)) as bridge:
                made = Firefox(bridge=bridge)
                made.command("session.new", capabilities={})
                watched = ["network.beforeRequestSent", "log.entryAdded"]
                made.command("session.subscribe", events=watched)
                made.tab = made.command("browsingContext.getTree")["contexts"][0]["context"]
                yield made
        finally:
            browser.terminate()


def _port(profile: Path) -> int:
    """Return where Firefox listens: it takes a port that is free, and writes it down."""
    told = profile / "WebDriverBiDiServer.json"
    until = time.monotonic() + START_S
    while not told.exists():
        assert time.monotonic() < until, "Firefox did not start"
        time.sleep(0.1)
    return int(json.loads(told.read_text())["ws_port"])


@contextmanager
def _bridge(port: int) -> "Generator[subprocess.Popen[str], None, None]":
    """Connect as soon as Firefox listens."""
    until = time.monotonic() + START_S
    while True:
        bridge = subprocess.Popen(
            [node_tool("node"), str(BRIDGE), f"ws://127.0.0.1:{port}/session"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert bridge.stdout is not None
        if bridge.stdout.readline():
            break
        _end(bridge)
        assert time.monotonic() < until, "Firefox does not listen"
    try:
        yield bridge
    finally:
        _end(bridge)


def _end(bridge: "subprocess.Popen[str]") -> None:
    bridge.kill()
    bridge.communicate()
