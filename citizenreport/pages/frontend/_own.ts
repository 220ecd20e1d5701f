// The phone's own list: only reports the person chose to keep here, never confidential ones.

import { asOwn, asRecord, type Own, text } from "./_kept";
import { store } from "./_store";

export type State = { kind: "known"; state: string; category: string } | { kind: "gone" } | { kind: "unknown" };

export async function keepOwn(own: Own): Promise<void> {
  await (await store()).put("own", own);
}

export async function dropOwn(code?: string): Promise<void> {
  const database = await store();
  await (code === undefined ? database.clear("own") : database.delete("own", code));
}

/** What is in the list, the newest first. */
export async function ownReports(): Promise<Own[]> {
  const kept: unknown[] = await (await store()).getAll("own");
  return kept.map(asOwn).filter((own): own is Own => own !== null).sort((a, b) => b.sent_at - a.sent_at);
}

/** How far a report is. One that was made confidential or erased meanwhile is "gone". */
export async function stateOf(own: Own): Promise<State> {
  try {
    const answer = await fetch(`/api/v1/reports/${encodeURIComponent(own.code)}`, {
      headers: { Authorization: `Bearer ${own.secret}` },
      credentials: "omit",
      cache: "no-store",
    });
    if (answer.status === 404) return { kind: "gone" };
    const body = answer.ok ? asRecord(await answer.json()) : null;
    if (!body) return { kind: "unknown" };
    if (body.visibility === "confidential") return { kind: "gone" };
    return { kind: "known", state: text(body.state), category: text(body.category_name) };
  } catch {
    return { kind: "unknown" };
  }
}
