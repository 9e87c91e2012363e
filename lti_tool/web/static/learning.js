// Makes learning pages smoother; each of them works without this file.
"use strict";

// --- Autosave: every change of an answer is kept at once. The page's own submit does the same without a script. ---

let finishSaving = async () => {};
for (const form of document.querySelectorAll("form[data-autosave]")) {
  const notice = form.querySelector("[data-saved]");
  let running = Promise.resolve();
  let waiting = 0;
  let isUnsaved = false; // the last try did not get through
  let again = 0;
  let isGoing = false;
  let typing = 0;

  const save = async () => {
    clearTimeout(again);
    const { state, word } = await typed.send(form.action, new URLSearchParams(new FormData(form)));
    isUnsaved = state === "ended" || state === "away";
    if (state === "saved") form.elements.seen.value = word.seen;
    if (state === "ended") notice.textContent = form.dataset.ended;
    else if (state === "away") {
      notice.textContent = word.message ? `${form.dataset.unsaved} ${word.message}` : form.dataset.failed;
      again = setTimeout(enqueue, 5000);
    } else notice.textContent = word.message ?? "";
  };
  // One after the other, so that each knows the version that the one before has saved.
  const enqueue = () => {
    waiting += 1;
    running = running.then(save).then(() => { waiting -= 1; });
  };
  form.addEventListener("change", () => { clearTimeout(typing); enqueue(); });
  document.addEventListener("visit-open", () => { if (isUnsaved) enqueue(); });
  // A text half typed is no change yet; it must not be lost when the time ends in a tab that nobody looks at.
  const isMine = !("conflict" in form.dataset);
  // A browser that dies is not announced: whoever pauses while typing has it saved.
  form.addEventListener("input", (event) => {
    if (event.target.type !== "text" || !isMine) return;
    clearTimeout(typing);
    typing = setTimeout(enqueue, 2000);
  });
  document.addEventListener("visibilitychange", () => {
    const half = form.querySelector("input[type=text]:focus");
    if (document.visibilityState === "hidden" && half && isMine) enqueue();
  });
  finishSaving = () => { if (isMine) enqueue(); return running; };
  // Going on waits for them: otherwise the page's own submit would come with a version that is already old. And it does not go
  // on into a page of the browser's that says there is no connection.
  form.addEventListener("submit", (event) => {
    clearTimeout(typing);
    if (!waiting && !isUnsaved) {
      isGoing = true;
      return;
    }
    event.preventDefault();
    if (!waiting) enqueue();
    running.then(() => {
      if (!isUnsaved) form.requestSubmit(event.submitter);
      else notice.scrollIntoView({ block: "center" });
    });
  });
  addEventListener("beforeunload", (event) => { if (isUnsaved && !isGoing) event.preventDefault(); });

  const list = form.querySelector(".ordering");
  if (list) list.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=move]");
    if (!button) return;
    event.preventDefault();
    const step = button.closest("li");
    const goesUp = button.value.startsWith("up");
    const other = goesUp ? step.previousElementSibling : step.nextElementSibling;
    if (!other) return;
    if (goesUp) other.before(step); else other.after(step);
    [...list.children].forEach((row, index, rows) => {
      row.querySelector("input").value = row.querySelector("select").value = String(index);
      row.querySelector("[value^=up]").disabled = index === 0;
      row.querySelector("[value^=down]").disabled = index === rows.length - 1;
    });
    const twin = step.querySelector(button.disabled ? "button:not(:disabled)" : `[value^=${goesUp ? "up" : "down"}]`);
    twin.focus();
    enqueue();
  });
}

// --- Time limit: counts down what the server has said, speaks up now and then, and hands in at the end. ---

// Not any `data-left`: the page says with that word, too, how long its visit lasts.
const clock = document.querySelector(".clock[data-left]");
if (clock) {
  const loaded = Date.now();
  const words = clock.dataset;
  const [shown, spoken] = ["[data-remaining]", "[data-announced]"].map((part) => clock.querySelector(part));
  const marks = [600, 300, 60].filter((mark) => mark < Number(words.left));
  let isOver = false;
  const say = (left) => (
    left >= 120 ? words.minutes.replace("#", Math.floor(left / 60)) : left >= 60 ? words.minute : left > 0 ? words.seconds : words.over
  );
  const tick = async () => {
    if (isOver) return;
    const left = Number(words.left) - Math.floor((Date.now() - loaded) / 1000);
    if (shown.textContent !== say(left)) shown.textContent = say(left);
    const passed = marks.filter((mark) => left <= mark);
    if (passed.length && left > 0) {
      marks.splice(0, passed.length);
      // To be heard, the minutes just reached; not every change.
      spoken.textContent = say(Math.max(left, Math.min(...passed)));
    }
    if (left > 0) return;
    isOver = true;
    await finishSaving();
    clock.querySelector("form").hidden = false;
    clock.querySelector("form").requestSubmit();
  };
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
  tick();
}

// --- Where a score is: asked again until it has arrived. ---

const refresh = async (tries) => {
  const place = document.querySelector("[data-refresh]");
  if (!place || !tries) return;
  await new Promise((resolve) => setTimeout(resolve, 3000));
  try {
    const text = await (await fetch(location.href, { headers: { Accept: "text/html" } })).text();
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById(place.id);
    if (!fresh) return;
    if (fresh.textContent !== place.textContent) place.textContent = fresh.textContent;
    place.toggleAttribute("data-refresh", fresh.hasAttribute("data-refresh"));
  } catch {
    return;
  }
  refresh(tries - 1);
};
refresh(20);

// --- Reading position: the heading under which somebody rests is remembered, and the one last passed when the page is left. ---

const text = document.querySelector("[data-position]");
const token = document.querySelector("input[name=csrf_token]");
if (text && token) {
  const headings = [...text.querySelectorAll("h2[id], h3[id]")];
  let sent = "";
  let resting = 0;
  const remember = () => {
    // Whoever scrolls back to the top to leave has still read to where they rested before.
    if (scrollY < innerHeight / 4) return;
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 2);
    const anchor = passed.length ? passed[passed.length - 1].id : "";
    if (!anchor || anchor === sent) return;
    sent = anchor;
    navigator.sendBeacon(text.dataset.position, new URLSearchParams({ anchor, csrf_token: token.value }));
  };
  addEventListener("scroll", () => {
    clearTimeout(resting);
    resting = setTimeout(remember, 4000);
  }, { passive: true });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") remember(); });
}

// --- Self-checks: answered in place; without this the page comes back at the question. ---

for (const form of document.querySelectorAll("form[data-check]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const verdict = form.querySelector("[data-verdict]");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "text/html" } });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const mine = fresh.getElementById(form.id);
      // The visit has ended, or something else is in the way: its own page says so.
      if (!answer.ok || !mine) {
        form.submit();
        return;
      }
      const focused = document.activeElement?.id;
      form.querySelector("fieldset").replaceWith(document.adoptNode(mine.querySelector("fieldset")));
      if (focused && !document.activeElement?.id) document.getElementById(focused)?.focus();
      document.getElementById("checks-right").textContent = fresh.getElementById("checks-right").textContent;
      form.querySelector("h3 .kern-badge")?.remove();
      // Emptied first: the same words a second time would not be spoken.
      verdict.replaceChildren();
      setTimeout(() => verdict.replaceChildren(...document.adoptNode(mine.querySelector("[data-verdict]")).childNodes), 50);
    } catch {
      verdict.textContent = form.parentElement.dataset.failed;
    }
  });
}

// --- Contents: the present section is marked. ---

const entries = [...document.querySelectorAll(".contents a")];
if (text && entries.length) {
  const targets = [...new Set(entries.map((entry) => document.getElementById(entry.hash.slice(1))))].filter(Boolean);
  const markPresent = () => {
    const passed = targets.filter((target) => target.getBoundingClientRect().top < innerHeight / 3);
    const present = passed.length ? `#${passed[passed.length - 1].id}` : "";
    for (const entry of entries) {
      if (entry.hash === present) entry.setAttribute("aria-current", "location");
      else entry.removeAttribute("aria-current");
    }
  };
  addEventListener("scroll", markPresent, { passive: true });
  markPresent();
}

// --- Terms: explained in place in a dialog; without a script their links lead to the glossary. ---

const explanation = document.getElementById("term");
if (explanation && explanation.showModal) {
  for (const link of document.querySelectorAll(".prose .glossary-link")) {
    const entry = document.getElementById(link.hash.slice(1));
    if (!entry) continue;
    link.setAttribute("aria-haspopup", "dialog");
    link.addEventListener("click", (event) => {
      // A new tab or window stays what it is.
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const copy = (source) => [...source.childNodes].map((node) => node.cloneNode(true));
      document.getElementById("term-name").replaceChildren(...copy(entry));
      document.getElementById("term-text").replaceChildren(...copy(entry.nextElementSibling));
      document.getElementById("term-more").href = link.href;
      explanation.addEventListener("close", () => link.focus(), { once: true });
      explanation.showModal();
    });
  }
  explanation.addEventListener("click", (event) => { if (event.target === explanation) explanation.close(); });
}
