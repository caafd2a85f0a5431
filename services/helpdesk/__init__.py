"""Helpdesk: customers' questions and problems, from the first word to the settlement."""
