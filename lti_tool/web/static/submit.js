// Sends the form that is meant to be sent at once; its button stays for browsers without scripts.
document.querySelector("form[data-send-at-once]").submit();
