"""A phone with our pages on it: what it keeps, what it was given, what the server has of it."""

import time
from io import BytesIO
from typing import Any

from PIL import Image
from playwright.sync_api import Page

from tests.browser.conftest import Visit
from tests.servers import LiveServer

WAIT_S = 20
READY = """
async (path) => {
  await navigator.serviceWorker.ready;
  const pages = ['/lapor', '/luring', '/laporan-saya', path];
  const kept = await Promise.all(pages.map((page) => caches.match(page)));
  return kept.every(Boolean) && navigator.serviceWorker.controller !== null;
}
"""
KEPT = """
async () => {
  const names = (await indexedDB.databases()).map((found) => found.name);
  const all = {};
  for (const name of names) {
    const database = await new Promise((done, failed) => {
      const asked = indexedDB.open(name);
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
    for (const store of database.objectStoreNames) {
      const rows = await new Promise((done) => {
        const asked = database.transaction(store).objectStore(store).getAll();
        asked.onsuccess = () => done(asked.result);
      });
      all[store] = rows.map((row) => ({ ...row, photos: (row.photos ?? []).length }));
    }
    database.close();
  }
  return all;
}
"""
EVERYTHING_ELSE = """
async () => {
  const texts = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.cookie];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      texts.push(request.url, await (await cache.match(request)).text());
    }
  }
  return texts;
}
"""
PUT = """
([store, rows]) => navigator.locks.request('outbox', () => new Promise((done, failed) => {
  const asked = indexedDB.open('citizenreport');
  asked.onsuccess = () => {
    const change = asked.result.transaction(store, 'readwrite');
    for (const row of rows) change.objectStore(store).put(row);
    change.oncomplete = () => { asked.result.close(); done(); };
    change.onerror = () => failed(change.error);
  };
}))
"""
CHOSEN = """
async (input) => Promise.all([...input.files].map(async (file) => {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return { name: file.name, type: file.type, bytes: [...bytes] };
}))
"""


def equip(made: Visit, path: str = "/lapor?kategori=A04") -> None:
    """Open a page and wait until the phone could do without the network."""
    made.open(path)
    ends = time.monotonic() + WAIT_S
    while not made.page.evaluate(READY, path):
        assert time.monotonic() < ends, "the worker did not become ready"
        made.page.wait_for_timeout(100)


def kept(page: Page) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the phone's database by store; of photos, their number."""
    found: dict[str, list[dict[str, Any]]] = page.evaluate(KEPT)
    return found


def all_texts(page: Page) -> str:
    """Return all that the phone keeps anywhere, the database included, as one text."""
    return "\n".join([*page.evaluate(EVERYTHING_ELSE), repr(kept(page))])


def plant(page: Page, store: str, *rows: dict[str, Any]) -> None:
    """Put rows into the phone's database, as they are, while nothing is being sent."""
    page.evaluate(PUT, [store, list(rows)])


def chosen(page: Page) -> list[bytes]:
    """Return the photos in the form, as they would be sent."""
    return [bytes(file["bytes"]) for file in page.locator("#photos").evaluate(CHOSEN)]


def picture(width: int, height: int, *, exif: Image.Exif | None = None) -> dict[str, Any]:
    """Return a photo that hardly compresses, as a file chooser gives it; its top left is red."""
    image = Image.effect_noise((width, height), 120).convert("RGB")
    image.paste("red", (0, 0, width // 4, height // 4))
    file = BytesIO()
    image.save(file, "JPEG", quality=95, **({"exif": exif} if exif else {}))
    return {"name": f"{width}.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def write(page: Page, story: str, *photos: dict[str, Any]) -> None:
    """Fill in the form of street lights."""
    page.get_by_label("Apa yang terjadi?").fill(story)
    page.get_by_label("Kelurahan").select_option(label="Gelangan")
    if photos:
        page.get_by_label("Foto").set_input_files(list(photos))


def send(page: Page) -> None:
    page.get_by_role("button", name="Kirim laporan").click()


def arrived(service: LiveServer, story: str) -> list[int]:
    """Return the number of photos of each report with this text."""
    query = """
        SELECT count(photo.id) FROM report LEFT JOIN photo ON photo.report_id = report.id
        WHERE report.description = %s GROUP BY report.id
    """
    with service.database.owner() as connection:
        return [int(row[0]) for row in connection.execute(query, (story,)).fetchall()]
