// Passkeys: a form with data-passkey asks the server what to ask, asks the browser, and is then sent
// as any other form, with the browser's answer in its hidden field. A button with data-passkey does so
// for the form it stands in, which may be sent without a passkey too.

type Json = { [name: string]: unknown };

const KIND = "public-key";

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-passkey]")) {
  const form = button.form;
  if (!window.PublicKeyCredential || !form) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    if (form.reportValidity()) void answer(form, button);
  });
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void answer(form, form);
  });
}

/** Send a form with the browser's answer; `asker` carries what to ask, and where. */
async function answer(form: HTMLFormElement, asker: HTMLElement): Promise<void> {
  const fault = form.querySelector<HTMLElement>("[data-fault]");
  if (fault) fault.hidden = true;
  try {
    const options = await asked(form, asker);
    if (!options) return;
    const made = asker.dataset["passkey"] === "add" ? await create(options) : await get(options);
    const field = form.querySelector<HTMLInputElement>("input[name=answer]");
    if (!field) return;
    field.value = JSON.stringify(made);
    form.submit();
  } catch {
    if (!fault) return;
    fault.hidden = false;
    fault.focus();
  }
}

/** What the server wants to know; null when it wants something else first, and we go there. */
async function asked(form: HTMLFormElement, asker: HTMLElement): Promise<Json | null> {
  const body = new URLSearchParams();
  const token = form.querySelector<HTMLInputElement>("input[name=csrf_token]");
  body.set("csrf_token", token?.value ?? "");
  const reply = await fetch(asker.dataset["options"] ?? "", { method: "POST", body });
  if (reply.redirected) {
    location.assign(reply.url);
    return null;
  }
  if (!reply.ok) throw new Error(String(reply.status));
  return (await reply.json()) as Json;
}

async function create(options: Json): Promise<Json> {
  const user = options["user"] as Json;
  const publicKey = {
    ...options,
    challenge: bytes(options["challenge"]),
    user: { ...user, id: bytes(user["id"]) },
    excludeCredentials: listed(options["excludeCredentials"]),
  } as unknown as PublicKeyCredentialCreationOptions;
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: KIND,
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
    },
  };
}

async function get(options: Json): Promise<Json> {
  const publicKey = {
    ...options,
    challenge: bytes(options["challenge"]),
    allowCredentials: listed(options["allowCredentials"]),
  } as unknown as PublicKeyCredentialRequestOptions;
  const found = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  const response = found.response as AuthenticatorAssertionResponse;
  return {
    id: found.id,
    rawId: text(found.rawId),
    type: KIND,
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: response.userHandle ? text(response.userHandle) : null,
    },
  };
}

function listed(given: unknown): PublicKeyCredentialDescriptor[] {
  const list = (given ?? []) as Json[];
  return list.map((one) => ({ type: KIND, id: bytes(one["id"]) }));
}

/** Bytes of base64url. */
function bytes(given: unknown): ArrayBuffer {
  const plain = atob(String(given).replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0)).buffer as ArrayBuffer;
}

/** Base64url of bytes. */
function text(given: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(given));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
