"""Events: announced in the transaction that caused them, told by the relay, heard exactly once."""
