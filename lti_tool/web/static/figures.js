// Works figures out in place; without this file the page comes again with the result.
"use strict";

for (const place of document.querySelectorAll("[data-figure]")) {
  place.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const address = new URL(form.action);
    address.search = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(place.id);
      if (!answer.ok || !found) throw new Error("no figure");
      place.replaceChildren(...found.childNodes);
      document.getElementById(address.hash.slice(1))?.focus();
    } catch {
      // The server says itself what is wrong, e.g. that the visit has ended.
      form.submit();
    }
  });
}
