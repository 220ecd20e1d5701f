// A proof of work: a moment of the phone's time instead of a riddle. Source: ALTCHA, version 2.
//
// WebCrypto derives the keys beside the page's own thread, so no worker is needed, and a service
// worker, which may start none, solves the same way.

const CHALLENGE_URL = "/api/v1/challenge";
const ANSWER_MS = 8_000;
const SOLVE_MS = 60_000;
const AT_ONCE = 8; // keys derived side by side
const COUNTER_BYTES = 4;

interface Parameters {
  algorithm: string;
  cost: number;
  keyLength: number;
  keyPrefix: string;
  nonce: string;
  salt: string;
}

interface Challenge {
  parameters: Parameters;
  signature: string;
}

interface Solution {
  counter: number;
  derivedKey: string;
}

/** A solved challenge for the header or field of one send; null where there is none: send without. */
export async function solveProof(): Promise<string | null> {
  if (!globalThis.crypto?.subtle) return null; // a page without TLS
  try {
    const challenge = await fetched();
    const solution = challenge && (await solved(challenge.parameters));
    return solution && btoa(JSON.stringify({ challenge, solution }));
  } catch {
    return null; // no network, or a browser that cannot
  }
}

async function fetched(): Promise<Challenge | null> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), ANSWER_MS);
  try {
    const answer = await fetch(CHALLENGE_URL, { cache: "no-store", credentials: "omit", signal: patience.signal });
    return answer.ok ? ((await answer.json()) as Challenge) : null;
  } finally {
    clearTimeout(timer);
  }
}

async function solved(parameters: Parameters): Promise<Solution | null> {
  if (parameters.algorithm !== "PBKDF2/SHA-256") return null;
  const ends = performance.now() + SOLVE_MS;
  for (let first = 0; performance.now() < ends; first += AT_ONCE) {
    const counters = Array.from({ length: AT_ONCE }, (_, step) => first + step);
    const keys = await Promise.all(counters.map((counter) => derived(parameters, counter)));
    const hit = keys.findIndex((key) => key.startsWith(parameters.keyPrefix));
    if (hit >= 0) return { counter: first + hit, derivedKey: keys[hit] ?? "" };
  }
  return null;
}

async function derived(parameters: Parameters, counter: number): Promise<string> {
  const nonce = bytesOf(parameters.nonce);
  const password = new Uint8Array(nonce.length + COUNTER_BYTES);
  password.set(nonce);
  new DataView(password.buffer).setUint32(nonce.length, counter);
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const wanted = { name: "PBKDF2", hash: "SHA-256", salt: bytesOf(parameters.salt), iterations: parameters.cost };
  return hexOf(new Uint8Array(await crypto.subtle.deriveBits(wanted, key, parameters.keyLength * 8)));
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
