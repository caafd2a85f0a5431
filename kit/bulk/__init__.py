"""The same done to many records: each by the rules of a change by hand, with a result, and a way back."""
