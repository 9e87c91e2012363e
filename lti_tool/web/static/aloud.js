// Reads a lesson aloud, paragraph by paragraph, with a voice of the device itself: nothing goes to anyone. Where there is no German
// voice on the device, none of this is shown.
"use strict";

const bar = document.querySelector("[data-aloud]");
const speech = globalThis.speechSynthesis;
if (bar && speech) {
  const [start, pause, stop] = ["start", "pause", "stop"].map((name) => bar.querySelector(`button[data-${name}]`));
  const speed = bar.querySelector("select");
  const label = pause.querySelector(".kern-label");
  const text = document.querySelector(bar.dataset.aloud);
  let at = -1; // the paragraph that is read; -1: none
  let isPaused = false;
  let run = 0; // voices tell of an end also when they are cut short: what belongs to an earlier run counts for nothing

  // Only voices of the device: others would send the text away.
  const voice = () => {
    const german = speech.getVoices().filter((each) => each.localService && /^de\b/i.test(each.lang));
    return german.find((each) => /^de[-_]DE/i.test(each.lang)) ?? german[0];
  };
  const paragraphs = () => [...text.querySelectorAll("h2, h3, p, li, tr, figcaption")].filter((each) =>
    !each.closest(".figure-form, details:not([open])") && !(each.matches("li, td") && each.querySelector("p, li"))
    && !(each.matches("p, li") && each.closest("td")) && each.textContent.trim());

  const mark = (paragraph) => {
    text.querySelector(".is-read-aloud")?.classList.remove("is-read-aloud");
    paragraph?.classList.add("is-read-aloud");
    paragraph?.scrollIntoView({ block: "nearest" });
  };
  const show = () => {
    start.hidden = at >= 0;
    pause.hidden = stop.hidden = at < 0;
    label.textContent = isPaused ? bar.dataset.goOn : bar.dataset.pause;
  };
  const end = () => {
    run += 1;
    speech.cancel();
    at = -1;
    isPaused = false;
    mark(null);
    show();
  };
  const read = () => {
    run += 1;
    const mine = run;
    speech.cancel();
    const all = paragraphs();
    if (at >= all.length) {
      end();
      start.focus();
      return;
    }
    mark(all[at]);
    const said = new SpeechSynthesisUtterance(all[at].innerText.replaceAll("\u00ad", ""));
    said.voice = voice();
    said.lang = said.voice?.lang ?? "de-DE";
    said.rate = Number(speed.value);
    said.onend = () => {
      if (mine !== run || isPaused) return;
      at += 1;
      read();
    };
    said.onerror = () => { if (mine === run) end(); };
    speech.speak(said);
  };

  start.addEventListener("click", () => { at = 0; read(); show(); pause.focus(); });
  // Some voices do not know how to pause: the paragraph begins anew instead.
  pause.addEventListener("click", () => {
    isPaused = !isPaused;
    if (isPaused) {
      run += 1;
      speech.cancel();
    } else read();
    show();
  });
  stop.addEventListener("click", () => { end(); start.focus(); });
  speed.addEventListener("change", () => { if (at >= 0 && !isPaused) read(); });
  addEventListener("pagehide", end);

  // Voices come late in some browsers.
  const offer = () => { bar.hidden = !voice(); };
  speech.addEventListener?.("voiceschanged", offer);
  offer();
  show();
}
