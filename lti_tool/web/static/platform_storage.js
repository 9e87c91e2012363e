// Keeps a login at the platform where the frame has no cookies, and asks it back: 1EdTech "LTI Client Side postMessages" 0.1
// and "LTI postMessage Storage" 0.1. Without this script, without an answer or with a wrong one, the page offers a new window.
"use strict";

(function () {
  const PATIENCE_MS = 3000;
  const errand = document.getElementById("errand");
  const { frame, origin, key, value, next } = errand.dataset;
  const messageId = crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2) + Date.now();
  const subject = next ? "lti.put_data" : "lti.get_data";
  let isOver = false;

  function show(isAsking) {
    document.getElementById("asking").hidden = !isAsking;
    document.getElementById("otherwise").hidden = isAsking;
  }

  function giveUp() {
    if (!isOver) {
      isOver = true;
      show(false);
    }
  }

  // Named frames of another site may be reached, but not asked about; a missing one is just not there.
  function target() {
    const parent = window.parent !== window ? window.parent : window.opener;
    if (!parent || frame === "_parent") {
      return parent;
    }
    try {
      return parent.frames[frame];
    } catch {
      return null;
    }
  }

  window.addEventListener("message", (event) => {
    const answer = event.data;
    // Any page may send us messages; only the platform's own origin knows what we asked it just now.
    if (isOver || event.origin !== origin || !answer || typeof answer !== "object") {
      return;
    }
    if (answer.subject !== `${subject}.response` || answer.message_id !== messageId) {
      return;
    }
    if (answer.error || (!next && typeof answer.value !== "string")) {
      giveUp();
      return;
    }
    isOver = true;
    if (next && "posts" in errand.dataset) {
      errand.submit();
      return;
    }
    if (next) {
      window.location.replace(next);
      return;
    }
    document.getElementById("kept").value = answer.value;
    // It has served its purpose: null takes it away.
    event.source.postMessage({ subject: "lti.put_data", message_id: `${messageId}-end`, key, value: null }, origin);
    errand.submit();
  });

  const platform = target();
  if (!platform) {
    return;
  }
  show(true);
  setTimeout(giveUp, PATIENCE_MS);
  const message = { subject, message_id: messageId, key };
  platform.postMessage(next ? { ...message, value } : message, origin);
})();
