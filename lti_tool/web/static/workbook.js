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
    section.addEventListener("input", () => this.change());
    this.showsAllRows = false;
    this.foldRows();
    NARROW.addEventListener("change", () => this.foldRows());
  }

  get token() { return form.elements[`t.${this.id}`]; }
  get isWaiting() { return this.caught < this.typed; }
  // Two versions are shown: nothing is sent until the person has decided.
  get isUndecided() { return this.notice.querySelector(".conflict") !== null; }

  change() {
    this.typed += 1;
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
    const typed = this.typed;
    this.saved.textContent = form.dataset.saving;
    try {
      const answer = await fetch(this.section.dataset.address, { method: "POST", body: this.body(), headers: { Accept: "application/json" } });
      const word = await answer.json();
      if (answer.ok) {
        this.token.value = word.token;
        this.caught = typed;
        this.saved.textContent = this.isWaiting ? form.dataset.saving : word.message;
      } else if (word.html) {
        this.notice.innerHTML = word.html; // made and escaped by the server
        this.saved.textContent = "";
        this.next = word.token;
      } else {
        this.caught = typed; // trying again would not help; the next change does
        this.saved.textContent = word.message;
      }
    } catch {
      // No connection, or the answer was no answer of ours: what is typed stays on the page and goes again.
      this.saved.textContent = form.dataset.failed;
      this.save(5000);
    }
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

  /** Give the first of the rows that are now there in addition. */
  addRows() {
    const folded = this.section.querySelector(".row[hidden]");
    this.showsAllRows = true;
    this.foldRows();
    if (folded) return folded;
    const first = this.addRow();
    for (let more = 1; more < 5; more += 1) this.addRow();
    return first;
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
      if (field.isWaiting && !field.isUndecided) navigator.sendBeacon(field.section.dataset.address, field.body());
    }
  });
  addEventListener("beforeunload", (event) => {
    if (!isLeaving && fields.some((field) => field.isUndecided)) event.preventDefault();
  });
}
