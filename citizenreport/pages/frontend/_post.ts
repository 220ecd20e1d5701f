// One try to hand a report to the server, and what came of it.

import { asRecord, type Entry, type Fault, faults, text } from "./_kept";

export interface Ack {
  code: string;
  secret: string;
  is_confidential: boolean;
}

export type Outcome =
  | { kind: "sent"; ack: Ack }
  | { kind: "refused"; why: string; faults: Fault[] }
  // `may_have_it`: the answer got lost, so the server may have taken the report in
  | { kind: "later"; may_have_it: boolean; is_busy: boolean; wait_ms: number };

const ADDRESS = "/api/v1/reports";
const PATIENCE_MS = 60_000;
const SLOWEST_BYTES_PER_MS = 4; // 4 kB a second, the edge of a 2G cell
const LONGEST_WAIT_MS = 24 * 3600_000;
const COME_BACK = [408, 425, 429];
const TOO_LARGE = 413;

type Sendable = Pick<Entry, "id" | "report" | "photos" | "secret">;

/** Send once; never rejects. `proof`: what the server wants before it works, or null. */
export async function post(entry: Sendable, proof: string | null): Promise<Outcome> {
  const body = new FormData();
  body.append("report", entry.report);
  entry.photos.forEach((photo, n) => body.append("photo", photo, `${n + 1}`));
  const size = entry.photos.reduce((sum, photo) => sum + photo.size, entry.report.length);
  const gaveUp = new AbortController();
  const timer = setTimeout(() => gaveUp.abort(), PATIENCE_MS + size / SLOWEST_BYTES_PER_MS);
  try {
    const headers: Record<string, string> = { "Idempotency-Key": entry.id };
    if (proof) headers["X-Proof-Of-Work"] = proof;
    const answer = await fetch(ADDRESS, {
      method: "POST",
      body,
      headers,
      credentials: "omit",
      redirect: "error", // a network's log-in page is no answer of ours
      signal: gaveUp.signal,
    });
    return await read(answer, entry.secret);
  } catch {
    return { kind: "later", may_have_it: true, is_busy: false, wait_ms: 0 };
  } finally {
    clearTimeout(timer);
  }
}

async function read(answer: Response, secret: string): Promise<Outcome> {
  const body = asRecord(await answer.json().catch(() => null));
  if (answer.ok) {
    const code = text(body?.tracking_code);
    if (!code) return { kind: "later", may_have_it: true, is_busy: true, wait_ms: 0 };
    const ack = { code, secret: text(body?.secret) || secret, is_confidential: body?.visibility === "confidential" };
    return { kind: "sent", ack };
  }
  const isOurs = (answer.headers.get("Content-Type") ?? "").startsWith("application/problem+json") && body !== null;
  const isFinal = answer.status < 500 && !COME_BACK.includes(answer.status);
  if (isFinal && (isOurs || answer.status === TOO_LARGE)) {
    return { kind: "refused", why: text(body?.detail) || text(body?.title), faults: faults(body?.errors) };
  }
  return { kind: "later", may_have_it: !isOurs, is_busy: true, wait_ms: waitOf(answer) };
}

/** How long the server asks us to wait: seconds, or a date. Source: RFC 9110, section 10.2.3. */
function waitOf(answer: Response): number {
  const asked = answer.headers.get("Retry-After") ?? "";
  const wait = /^\d+$/.test(asked) ? Number(asked) * 1000 : Date.parse(asked) - Date.now();
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), LONGEST_WAIT_MS) : 0;
}
