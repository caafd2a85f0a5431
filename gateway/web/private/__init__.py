"""What people keep to themselves, for whoever manages access: whose it is, and the way to open it."""
