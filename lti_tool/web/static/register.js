// Registration: closes the platform's frame when all is done, and adds buttons that copy an address.
// Everything is on the page without this script, too.
"use strict";

(function () {
  // LTI Dynamic Registration 1.0, section 3.7: tells the platform to close its frame and to read its list anew.
  function close() {
    const platform = window.opener || (window.parent !== window ? window.parent : null);
    if (platform) {
      // Nothing secret in it, and which of its pages the platform shows us on is not ours to know.
      platform.postMessage({ subject: "org.imsglobal.lti.close" }, "*");
    }
    return platform !== null;
  }

  const button = document.querySelector("[data-close]");
  const hasPlatform = window.opener || window.parent !== window;
  // After an update there is something to read first, so the frame waits for the person.
  if (button && hasPlatform && ("stays" in button.dataset || close())) {
    button.hidden = false;
    button.addEventListener("click", close);
  }

  if (navigator.clipboard) {
    for (const field of document.querySelectorAll("[data-copy]")) {
      const row = document.createElement("div");
      row.className = "copy-row";
      const copy = document.createElement("button");
      copy.type = "button";
      copy.className = "kern-btn kern-btn--tertiary";
      const label = document.createElement("span");
      label.className = "kern-label";
      label.textContent = field.dataset.copyLabel;
      copy.append(label);
      copy.setAttribute("aria-describedby", field.id);
      field.replaceWith(row);
      row.append(field, copy);
      copy.addEventListener("click", async () => {
        field.select();
        await navigator.clipboard.writeText(field.value);
        label.textContent = field.dataset.copiedLabel;
      });
    }
  }
})();
