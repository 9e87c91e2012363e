// Leads back to the course, out of the frame in which the tool stood.
window.top.location.href = document.currentScript.dataset.to
