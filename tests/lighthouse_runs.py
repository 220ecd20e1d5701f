"""Lighthouse, as locked in package-lock.json, over a page in Debian's Chromium: a slow phone."""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

import hatch_build
from tests.doors.pages.resident import Resident

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "node_modules" / "lighthouse" / "cli" / "index.js"
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_FLAGS = (
    "--headless=new --no-sandbox --disable-dev-shm-usage --disable-background-networking"
    " --disable-component-update --disable-sync --no-first-run"
)
TIMEOUT_S = 150
ATTEMPTS = 4


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Scores of 0 to 100 by category, what was found wanting in words, and where the browser was."""

    url: str
    scores: Mapping[str, int]
    faults: Sequence[str]


def following(app: Flask, *, code: str, secret: str) -> dict[str, str]:
    """Return the cookies of a browser that has opened a report with code and secret."""
    resident = Resident(app.test_client())
    resident.press(resident.open("/lacak"), "/lacak", code=code, secret=secret)
    held = resident.client.get_cookie("follow")
    assert held is not None, "code and secret open nothing"
    return {"follow": held.value}


def look_at(
    url: str, *categories: str, cookies: Mapping[str, str] | None = None, is_private: bool = False
) -> Seen:
    """Run Lighthouse once, on its own mobile settings.

    `is_private`: the page is kept out of search engines on purpose, so that is no fault of it.
    """
    hatch_build.install_node_modules(with_tools=True)
    with tempfile.TemporaryDirectory(prefix="cr-lighthouse-") as name:
        folder = Path(name)
        headers = folder / "headers.json"
        cookie = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
        headers.write_text(json.dumps({"Cookie": cookie} if cookie else {}))
        options = [f"--only-categories={','.join(categories)}", f"--extra-headers={headers}"]
        if is_private:
            options.append("--skip-audits=is-crawlable")
        return _read(_report(url, options, folder))


def _report(url: str, options: Sequence[str], folder: Path) -> dict[str, object]:
    """Run until there is a report: on a busy machine Chromium now and then records no trace."""
    output, said = folder / "report.json", b""
    for attempt in range(ATTEMPTS):
        flags = f"{CHROMIUM_FLAGS} --user-data-dir={folder}/profile{attempt}"
        command = [hatch_build.node_tool("node"), SCRIPT, url, "--quiet", *options]
        done = subprocess.run(
            [*command, "--output=json", f"--output-path={output}", f"--chrome-flags={flags}"],
            check=False,
            capture_output=True,
            cwd=ROOT,
            env={**os.environ, "CHROME_PATH": CHROMIUM},
            timeout=TIMEOUT_S,
        )
        if done.returncode == 0:
            report: dict[str, object] = json.loads(output.read_text())
            return report
        said = done.stderr
    raise AssertionError(said.decode(errors="replace"))


def _read(report: dict[str, object]) -> Seen:
    categories: dict[str, dict[str, object]] = report["categories"]  # type: ignore[assignment]
    audits: dict[str, dict[str, object]] = report["audits"]  # type: ignore[assignment]
    wanting = [
        f"{name}: {audit['title']}"
        for name, audit in audits.items()
        if isinstance(audit["score"], int | float)
        and audit["score"] < 0.9
        and audit["scoreDisplayMode"] in ("binary", "metricSavings", "numeric")
    ]
    scores = {
        name: round(100 * float(str(category["score"]))) for name, category in categories.items()
    }
    return Seen(url=str(report["finalDisplayedUrl"]), scores=scores, faults=wanting)
