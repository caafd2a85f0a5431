"""The views that people keep of lists: what they hold, the tabs that open them, what is done with them."""
