"""What is built from the checkout before anything starts: the contract's Python and the web assets."""
