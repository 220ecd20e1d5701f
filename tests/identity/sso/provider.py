"""A real provider on the loopback (oidc-provider, certified), and a browser that signs in there."""

import json
import re
import signal
import ssl
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx

from citizenreport.core.processes import dies_with_parent
from hatch_build import node_tool
from tests.tls import Authority, make_authority

SCRIPT = Path(__file__).with_name("provider.mjs")
SECRET = "kunci rahasia: layanan/kota %41"
MARK = "told "
FORM = re.compile(r'<form[^>]*action="([^"]+)"')
PEOPLE = {
    "sri": {
        "name": "Sri Lestari",
        "preferred_username": "sri.lestari",
        "email": "sri.lestari@magelang.example",
        "email_verified": True,
        "groups": ["opd-jalan"],
    }
}


@dataclass(kw_only=True)
class RealProvider:
    """`tell` has it do something; `browser` keeps its cookies, as a person's would."""

    issuer: str
    authority: Authority
    process: "subprocess.Popen[str]"
    browsers: list[httpx.Client] = field(default_factory=list)

    def tell(self, act: str, **given: Any) -> Any:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"act": act, **given}) + "\n")
        self.process.stdin.flush()
        return _line(self.process)["answer"]

    def person(self, id_: str = "sri", **changed: Any) -> None:
        """Have an account, or change it."""
        self.tell("account", id=id_, claims={**PEOPLE["sri"], **changed})

    def sign_in(self, address: str, id_: str = "sri", browser: httpx.Client | None = None) -> str:
        """Sign in there as a browser would; return where it is sent back to."""
        asking = browser or self.browser()
        reply = asking.get(address)
        for _ in range(8):
            if reply.status_code == 200:
                match = FORM.search(reply.text)
                assert match is not None, reply.text
                typed = {"prompt": "login", "login": id_, "password": "apa saja"}
                reply = asking.post(urljoin(str(reply.url), match[1]), data=typed)
                continue
            assert reply.status_code in (302, 303), reply.text
            onward = urljoin(str(reply.url), reply.headers["Location"])
            if not onward.startswith(self.issuer):
                return onward
            reply = asking.get(onward)
        raise AssertionError("the provider does not come to an end")

    def browser(self) -> httpx.Client:
        context = ssl.create_default_context(cafile=self.authority.path)
        browser = httpx.Client(verify=context, trust_env=False)
        self.browsers.append(browser)
        return browser


@contextmanager
def real_provider(
    folder: Path, *, public_url: str, is_live: bool = False
) -> Generator[RealProvider, None, None]:
    """Run the provider; it ends with the test."""
    authority = make_authority(folder)
    setup = {
        "pem": str(authority.server_pem()),
        "port": 0,
        "secret": SECRET,
        "public_url": public_url,
        "is_live": is_live,
    }
    log = folder / "provider.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [node_tool("node"), SCRIPT, json.dumps(setup)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one prctl, no locks
        )
    provider = RealProvider(issuer="", authority=authority, process=process)
    try:
        provider.issuer = _line(process)["issuer"]
        yield provider
    finally:
        for browser in provider.browsers:
            browser.close()
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()


def _line(process: "subprocess.Popen[str]") -> Any:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(MARK):
            return json.loads(line.removeprefix(MARK))
    raise AssertionError("the provider ended: is it there? `python hatch_build.py --tools`")
