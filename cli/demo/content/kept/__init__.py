"""The questions that people of the demonstration company keep: lists and reports."""
