// Sends the form that is meant to be sent by itself, after so many milliseconds; its button stays for browsers without scripts.
"use strict";

const form = document.querySelector("form[data-send-after]");
setTimeout(() => form.submit(), Number(form.dataset.sendAfter));
