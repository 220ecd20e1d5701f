// Where this browser takes its pushes, as the server was told: when that changes, both must be known.

import { store } from "./_store";

export interface Address {
  endpoint: string;
  p256dh: string;
  auth: string;
}
export interface Told extends Address {
  key: string; // the server's public key
}

const ONE = "one";

/** Remember what the server was told. Without room it is not remembered, and pushes go on. */
export async function keepTold(told: Told): Promise<void> {
  try {
    await (await store()).put("told", told, ONE);
  } catch {
    // a change will then not be followed
  }
}

export async function forgetTold(): Promise<void> {
  try {
    await (await store()).delete("told", ONE);
  } catch {
    // nothing was kept
  }
}

export async function lastTold(): Promise<Told | undefined> {
  try {
    return await (await store()).get("told", ONE);
  } catch {
    return undefined;
  }
}

/** What the server needs to write to a subscription. */
export function addressOf(subscription: PushSubscription): Address {
  const { endpoint, keys } = subscription.toJSON();
  return { endpoint: endpoint ?? "", p256dh: keys?.p256dh ?? "", auth: keys?.auth ?? "" };
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}
