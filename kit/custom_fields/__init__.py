"""Fields that administrators add: definitions of the policy become fields of the kit like declared ones."""
