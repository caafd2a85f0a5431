"""Letters that leave: written in the transaction that causes them, kept until a mail server has taken them."""
