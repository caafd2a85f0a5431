"""By what two records are taken for the same: what the policy's rules read of a record, and how it agrees."""
