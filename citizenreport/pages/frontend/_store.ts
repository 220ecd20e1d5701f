// What this phone keeps, in one database: reports that wait, drafts, the reporter's own list.

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Draft, Entry, Own } from "./_kept";
import type { Told } from "./_told";

interface Kept extends DBSchema {
  outbox: { key: string; value: Entry };
  drafts: { key: string; value: Draft };
  own: { key: string; value: Own };
  told: { key: string; value: Told };
}

const NAME = "citizenreport";
let opened: Promise<IDBPDatabase<Kept>> | null = null;

/** The phone's database. Rejects where the browser offers none, or no room for it. */
export function store(): Promise<IDBPDatabase<Kept>> {
  opened ??= openDB<Kept>(NAME, 2, {
    upgrade(database, had) {
      if (had < 1) {
        database.createObjectStore("outbox", { keyPath: "id" });
        database.createObjectStore("drafts", { keyPath: "category" });
        database.createObjectStore("own", { keyPath: "code" });
      }
      if (had < 2) database.createObjectStore("told");
    },
    blocking: forget, // a newer page wants another version
    terminated: forget,
  }).catch((error: unknown) => {
    opened = null;
    throw error;
  });
  return opened;
}

function forget(): void {
  void opened?.then((database) => database.close(), () => undefined);
  opened = null;
}
