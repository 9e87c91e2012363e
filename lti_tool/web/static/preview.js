// The preview of who writes: asks once a second whether a file was saved, and loads the page anew, where it was.
const bar = document.querySelector("[data-preview-stamp]");
const EVERY_MS = 1000;

async function look() {
  try {
    const answer = await fetch(bar.dataset.previewAddress, { cache: "no-store" });
    if (answer.ok && (await answer.json()).stamp !== bar.dataset.previewStamp) {
      // A page that answered a form would send it again.
      if (bar.dataset.previewPosted) location.replace(location.href);
      else location.reload();
      return;
    }
  } catch {
    // The preview was ended or begins anew; it will answer again.
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
