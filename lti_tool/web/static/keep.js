// Keeps what people type until it is saved: in this browser, encrypted with a key that only their own pages have; says when a
// visit has ended, and goes on by itself once it is open again. Every form works without this file. A module: its names are its
// own, and the scripts of single pages, which come after it, find what they need in `globalThis.typed` and `form.kept`.

const visit = new URLSearchParams(location.search).get("v") ?? "";
const meta = document.querySelector("meta[name=kept-text-key]");
const KEPT = "kept.";
const KEPT_FOR_MS = 14 * 24 * 3600 * 1000;
const SENT = "sent";

// --- Storage: one entry for each form, readable with the person's key alone. ---

const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const textOf = (bytes) => btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""));
// Without a secure connection there is no encryption, and then nothing is kept.
const secret = meta && globalThis.crypto?.subtle
  ? crypto.subtle.importKey("raw", bytesOf(meta.content), "AES-GCM", false, ["encrypt", "decrypt"])
  : null;

async function nameOf(form) {
  const place = form.dataset.keep === "person" ? "" : visit;
  // Not `form.action`: some forms have a button of that name.
  const address = new URL(form.getAttribute("action"), location.href).pathname;
  const named = new TextEncoder().encode(`${meta.content} ${place} ${address}`);
  return KEPT + textOf(await crypto.subtle.digest("SHA-256", named)).slice(0, 22);
}

async function write(name, entry) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(entry));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await secret, plain);
  try {
    localStorage.setItem(name, JSON.stringify({ at: Date.now(), iv: textOf(iv), sealed: textOf(sealed) }));
  } catch {
    // No room, or the browser allows none: the text stays on the page, and leaving asks.
  }
}

async function read(name) {
  try {
    const { at, iv, sealed } = JSON.parse(localStorage.getItem(name));
    if (Date.now() - at > KEPT_FOR_MS) throw new Error("too old");
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytesOf(iv) }, await secret, bytesOf(sealed));
    return { at, ...JSON.parse(new TextDecoder().decode(plain)) };
  } catch {
    return null; // somebody else's, or none
  }
}

function forgetOld() {
  for (const name of Object.keys(localStorage).filter((one) => one.startsWith(KEPT))) {
    let at = 0;
    try { at = JSON.parse(localStorage.getItem(name)).at; } catch { /* not ours: goes */ }
    if (!(Date.now() - at < KEPT_FOR_MS)) localStorage.removeItem(name);
  }
}

// --- A form whose text is kept. ---

const isTyped = (control) => control.name && !["hidden", "submit", "button", "file"].includes(control.type);
const isChanged = (control) => (
  control.type === "checkbox" || control.type === "radio" ? control.checked !== control.defaultChecked
    : control.type === "select-one" ? ![...control.options].some((option) => option.selected && option.defaultSelected)
      && !(control.selectedIndex === 0 && ![...control.options].some((option) => option.defaultSelected))
      : control.value !== control.defaultValue
);

class KeptForm {
  constructor(form) {
    this.form = form;
    this.timer = 0;
    this.isLeaving = false;
    this.cameBack = "cameBack" in form.dataset;
    // The draft's own script knows better what is saved already.
    this.unsaved = () => [...form.elements].filter((control) => isTyped(control) && (isChanged(control) || (this.cameBack && control.value)));
    this.asks = () => this.unsaved().length > 0;
    form.kept = this;
    form.addEventListener("input", () => this.later());
    form.addEventListener("change", () => this.later());
    form.addEventListener("submit", (event) => this.submit(event));
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.store(), 400);
  }

  async store() {
    clearTimeout(this.timer);
    if (!secret) return;
    const name = await nameOf(this.form);
    const controls = this.unsaved();
    if (!controls.length) {
      localStorage.removeItem(name);
      return;
    }
    const fields = controls.map((control) => [control.name, control.type === "checkbox" || control.type === "radio" ? [control.value, control.checked] : control.value]);
    // What the page showed goes along, so that a later change by somebody else is noticed; and the key, so that it counts once.
    const hidden = [...this.form.elements].filter((control) => control.type === "hidden" && control.name !== "csrf_token");
    await write(name, {
      fields, hidden: hidden.map((control) => [control.name, control.value]), title: document.title, address: location.pathname,
    });
  }

  async drop() {
    clearTimeout(this.timer);
    if (secret) localStorage.removeItem(await nameOf(this.form));
  }

  submit(event) {
    const size = new Blob([new URLSearchParams([...new FormData(this.form)].filter(([, value]) => typeof value === "string"))]).size;
    if (size > Number(this.form.dataset.limit)) {
      event.preventDefault();
      const words = document.getElementById("too-large");
      words.hidden = false;
      words.focus();
      return;
    }
    this.isLeaving = true;
    setTimeout(() => { this.isLeaving = false; }, 5000); // the request failed, and the page is still here
    this.store();
    if (secret) nameOf(this.form).then((name) => sessionStorage.setItem(SENT, name));
  }

  /** Put what was kept back into the form, and say so. */
  async restore() {
    if (!secret || this.cameBack) return;
    const entry = await read(await nameOf(this.form));
    if (!entry) return;
    this.form.dispatchEvent(new CustomEvent("beforerestore", { detail: entry }));
    let count = 0;
    for (const [name, value] of entry.hidden) {
      const control = this.form.elements[name];
      if (control?.type === "hidden" && !name.startsWith("n.")) control.value = value;
    }
    for (const [name, value] of entry.fields) {
      for (const control of [this.form.elements[name] ?? []].flatMap((found) => (found instanceof RadioNodeList ? [...found] : found))) {
        if (Array.isArray(value)) {
          if (control.value === value[0] && control.checked !== value[1]) { control.checked = value[1]; count += 1; }
        } else if (control.value !== value) {
          control.value = value;
          count += 1;
        }
      }
    }
    if (!count) { this.drop(); return; }
    this.tell(entry.at);
    this.form.dispatchEvent(new CustomEvent("restored", { detail: entry }));
  }

  tell(at) {
    const notice = document.getElementById("restored").content.firstElementChild.cloneNode(true);
    const words = notice.querySelector("[data-words]");
    words.textContent = words.textContent.replace("#", new Date(at).toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" }));
    notice.querySelector("button").addEventListener("click", async () => {
      await this.drop();
      this.isLeaving = true;
      location.reload();
    });
    this.form.before(notice);
  }
}

const forms = [...document.querySelectorAll("form[data-keep]")].map((form) => new KeptForm(form));

addEventListener("beforeunload", (event) => {
  if (forms.some((form) => !form.isLeaving && form.asks())) event.preventDefault();
});

// --- Kept text of this person that belongs to another page: say where it is. ---

async function tellOthers() {
  const template = document.getElementById("kept-elsewhere");
  if (!template || forms.length || document.querySelector("[data-autosave]")) return;
  for (const name of Object.keys(localStorage).filter((one) => one.startsWith(KEPT))) {
    const entry = await read(name);
    // A number or a tick is soon entered again; it comes back with its form all the same.
    if (!entry?.fields.some(([, value]) => typeof value === "string" && (value.length > 20 || /\s/.test(value.trim())))) continue;
    const notice = template.content.firstElementChild.cloneNode(true);
    const link = notice.querySelector("a");
    link.textContent = entry.title.replace(/ – [^–]*$/, "");
    link.href = `${entry.address}?v=${encodeURIComponent(visit)}`;
    notice.querySelector("button").addEventListener("click", () => {
      localStorage.removeItem(name);
      notice.remove();
      document.getElementById("content").focus();
    });
    document.getElementById("content").prepend(notice);
  }
}

// --- The visit: whether it still lasts. ---

const ended = document.getElementById("visit-ended");
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("visits") : null;
let hasEnded = false;

/** Ask the server; null: nobody can be reached. */
async function isOpen() {
  try {
    const answer = await fetch(`/visit?v=${encodeURIComponent(visit)}`, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.ok) return true;
    return (await answer.json()).code === "visit_missing" ? false : null;
  } catch {
    return null;
  }
}

async function look() {
  const open = await isOpen();
  if (open === null) return;
  if (!open) sayEnded();
  else if (hasEnded) {
    hasEnded = false;
    ended.hidden = true;
    document.dispatchEvent(new CustomEvent("visit-open"));
  }
}

/** Tell that the visit has ended, and look from now on whether it is open again. */
function sayEnded() {
  if (!ended) return;
  if (!hasEnded) setTimeout(function again() { if (hasEnded) { look(); setTimeout(again, 15000); } }, 15000);
  hasEnded = true;
  ended.hidden = false;
}

/** Send what was typed and tell what became of it: saved, ended (the visit), away (try again), refused (`word` says why). */
async function send(address, body) {
  try {
    const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(10000) });
    // What is not ours is the word of a proxy, or of a Wi-Fi that wants a sign-in first.
    const word = await answer.json().catch(() => null);
    if (answer.ok && word) return { state: "saved", word };
    if (word?.code === "visit_missing") {
      sayEnded();
      return { state: "ended", word };
    }
    return { state: word && answer.status < 500 && answer.status !== 429 ? "refused" : "away", word: word ?? {} };
  } catch {
    return { state: "away", word: {} };
  }
}

globalThis.typed = { send };

async function begin() {
  if (!meta) return;
  forgetOld();
  // Shown anew by "Back", the page is the one from before: get the present one, and what is kept comes into it.
  const [navigation] = performance.getEntriesByType("navigation");
  if (forms.length && navigation?.type === "back_forward" && await isOpen()) {
    for (const form of forms) { form.isLeaving = true; await form.store(); }
    location.reload();
    return;
  }
  const sent = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  // What was sent has arrived, unless this page says otherwise; a form that came back is kept as it stands.
  if (sent && !document.querySelector("[data-refused], [data-came-back]")) localStorage.removeItem(sent);
  for (const form of forms) {
    if (form.cameBack) await form.store();
    else await form.restore();
  }
  await tellOthers();
  channel?.postMessage(visit);
  channel?.addEventListener("message", (message) => { if (message.data === visit && hasEnded) look(); });
  const until = Date.now() + Number(ended.dataset.left) * 1000;
  const lookWhenOver = () => { if (hasEnded || Date.now() > until) look(); };
  setInterval(lookWhenOver, 60000);
  addEventListener("focus", lookWhenOver);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) lookWhenOver(); });
}
// Only then have the scripts of this page added what they know of its form.
document.addEventListener("DOMContentLoaded", begin, { once: true });
