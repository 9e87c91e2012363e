"""Login, launch and the deep linking answer."""
