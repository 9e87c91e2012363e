// A page that waits for a platform looks again until the answer is there. Without this file the page reloads itself.
"use strict";

const EVERY_MS = 2000;
const MOST_LOOKS = 60;

const look = async (left) => {
  if (!left || !document.querySelector("[data-waiting]")) return;
  await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  // A tab that nobody looks at need not ask.
  if (document.visibilityState === "hidden") return look(left);
  let fresh;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    // The visit has ended: what stands here is still right, and the next click says so.
    if (!answer.ok) return;
    fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    // No connection just now.
    return look(left - 1);
  }
  for (const place of document.querySelectorAll("[data-fresh]")) {
    const newer = fresh.getElementById(place.id);
    // Nothing is taken away from under somebody's fingers; a region that says how it stands speaks only when that changes.
    if (!newer || place.contains(document.activeElement) || place.innerHTML === newer.innerHTML) continue;
    place.replaceChildren(...newer.cloneNode(true).childNodes);
  }
  look(left - 1);
};
look(MOST_LOOKS);
