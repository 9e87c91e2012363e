// Sends the page's form at once; without JavaScript the page shows a button instead.
document.querySelector('form').submit()
