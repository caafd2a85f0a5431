"""Events: written in the transaction that caused them, published after it, handled exactly once."""
