// Makes writing in a chapter smoother: saves each field a second after the last key, counts words, adds rows. The page works
// without this file: its buttons do the same.
"use strict";

const form = document.querySelector("form[data-chapter]");
const token = form && form.elements.csrf_token.value;

const countWords = (text) => text.split(/\s+/).filter((run) => /[\p{L}\p{N}]/u.test(run)).length;
const wordsOf = (count) => (count === 1 ? form.dataset.one : form.dataset.many.replace("#", count));

// Where a row of a table is a card, ten empty ones are a long way to the next field.
const NARROW = matchMedia("(max-width: 47.99rem)");
const isEmpty = (row) => [...row.querySelectorAll("textarea, select")].every((input) => input.value.trim() === "");

/** One field: its inputs, its state of saving. */
class Field {
  constructor(section) {
    this.section = section;
    this.id = section.dataset.field;
    this.saved = section.querySelector("[data-saved]");
    this.notice = section.querySelector("[data-notice]");
    this.counter = section.querySelector("[data-words]");
    this.timer = 0;
    this.running = Promise.resolve();
    this.typed = 0; // rises with each change, so that a save knows whether it has caught the last
    this.caught = 0;
    this.hasFailed = false;
    this.isRefused = false;
    // Came back with an error: what stands in it is not saved.
    if (section.querySelector(".kern-error, .conflict")) this.typed = 1;
    section.addEventListener("input", () => this.change());
    this.showsAllRows = false;
    this.foldRows();
    NARROW.addEventListener("change", () => this.foldRows());
  }

  get token() { return form.elements[`t.${this.id}`]; }
  get isWaiting() { return this.caught < this.typed; }
  get inputs() { return [...this.section.querySelectorAll("textarea, select, input[type=text]")]; }
  // Two versions are shown: nothing is sent until the person has decided.
  get isUndecided() { return this.notice.querySelector(".conflict") !== null; }

  change() {
    this.typed += 1;
    this.isRefused = false;
    this.foldRows();
    if (this.counter) this.counter.textContent = wordsOf(countWords(this.section.querySelector("textarea").value));
    this.save(1000);
  }

  save(delay) {
    clearTimeout(this.timer);
    if (this.isUndecided) return;
    // One after the other, so that each knows the version that the one before has saved.
    this.timer = setTimeout(() => { this.running = this.running.then(() => this.send()); }, delay);
  }

  body() {
    const body = new URLSearchParams({ csrf_token: token });
    for (const input of this.section.querySelectorAll("input[name], textarea, select")) body.append(input.name, input.value);
    return body;
  }

  async send() {
    if (!this.isWaiting || this.isUndecided) return;
    const sent = this.typed;
    this.saved.textContent = form.dataset.saving;
    const { state, word } = await typed.send(this.section.dataset.address, this.body());
    this.hasFailed = state === "ended" || state === "away";
    if (state === "saved") {
      this.token.value = word.token;
      this.caught = sent;
      this.saved.textContent = this.isWaiting ? form.dataset.saving : word.message;
    } else if (state === "ended") {
      // What is typed stays on the page and goes once the visit is open again.
      this.saved.textContent = form.dataset.ended;
    } else if (state === "away") {
      this.saved.textContent = word.message ? `${form.dataset.unsaved} ${word.message}` : form.dataset.failed;
      this.save(5000);
    } else if (word.html) {
      this.notice.innerHTML = word.html; // made and escaped by the server
      this.saved.textContent = "";
      this.next = word.token;
    } else {
      // Trying again would not help; the next change does. Until then the text is kept as it is.
      this.isRefused = true;
      this.saved.textContent = [word.message, word.next_step].filter(Boolean).join(" ");
    }
    form.kept.store();
  }

  keepMine() {
    this.token.value = this.next || this.token.value;
    this.notice.replaceChildren();
    this.typed += 1;
    this.section.querySelector("textarea, input[type=text], select").focus();
    this.save(0);
  }

  /** On a narrow screen show the rows in use and one more; the next comes with what is typed into that one. */
  foldRows() {
    const rows = [...this.section.querySelectorAll(".row")];
    const used = rows.findLastIndex((row) => !isEmpty(row) || row.contains(document.activeElement));
    rows.forEach((row, place) => { row.hidden = NARROW.matches && !this.showsAllRows && place > used + 1; });
  }

  /** Give the row that is now there in addition. */
  addRows() {
    const folded = this.section.querySelector(".row[hidden]");
    this.showsAllRows = true;
    this.foldRows();
    if (folded) return folded;
    return this.addRow();
  }

  addRow() {
    const rows = this.section.querySelectorAll(".row");
    const row = rows[rows.length - 1].cloneNode(true);
    const number = rows.length;
    const renamed = (name) => name.replace(/\.\d+\.([^.]+)$/, `.${number}.$1`);
    for (const input of row.querySelectorAll("textarea, select")) {
      input.name = input.id = renamed(input.name);
      input.value = "";
    }
    for (const label of row.querySelectorAll("label")) label.htmlFor = renamed(label.htmlFor);
    const legend = row.querySelector("legend");
    legend.textContent = form.dataset.row.replace("#", number + 1);
    legend.dataset.number = number + 1;
    rows[rows.length - 1].after(row);
    form.elements[`n.${this.id}`].value = number + 1;
    return row;
  }
}

if (form) {
  const fields = [...form.querySelectorAll("[data-field]")].map((section) => new Field(section));
  const fieldOf = (element) => fields.find((field) => field.section.contains(element));
  let isLeaving = false;

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const field = fieldOf(button);
    if (field && button.dataset.keep) {
      event.preventDefault();
      field.keepMine();
    } else if (field && button.value.startsWith("add:")) {
      event.preventDefault();
      field.addRows().querySelector("textarea, select").focus();
    }
  });
  // The whole form goes now, so nothing is lost by leaving.
  form.addEventListener("submit", () => { isLeaving = true; });

  // Closing the tab within that second: what is typed goes on its way all the same.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden" || isLeaving) return;
    for (const field of fields) {
      if (field.isWaiting && !field.isUndecided) field.save(0);
    }
  });
  addEventListener("pagehide", () => {
    if (isLeaving) return;
    for (const field of fields) {
      if (field.isWaiting && !field.isUndecided && !field.isRefused) navigator.sendBeacon(field.section.dataset.address, field.body());
    }
  });
  // Leaving asks only where something would stay behind: what is merely on its way goes with the beacon.
  form.kept.unsaved = () => fields.filter((field) => field.isWaiting).flatMap((field) => field.inputs);
  form.kept.asks = () => !isLeaving && fields.some((field) => field.isWaiting && (field.isUndecided || field.hasFailed || field.isRefused));
  document.addEventListener("visit-open", () => {
    for (const field of fields) {
      if (field.isWaiting) field.save(0);
    }
  });
  form.addEventListener("beforerestore", ({ detail }) => {
    for (const [name] of detail.fields) {
      const number = Number(/^f\.[^.]+\.(\d+)\./.exec(name)?.[1]);
      const field = fields.find((one) => name.startsWith(`f.${one.id}.`));
      while (field && number >= field.section.querySelectorAll(".row").length && number < 500) field.addRow();
    }
  });
  form.addEventListener("restored", ({ detail }) => {
    const names = new Set(detail.fields.map(([name]) => name));
    for (const field of fields) {
      if (field.inputs.some((input) => names.has(input.name))) field.change();
    }
  });
}
