"""What identity answers: its records, the doors of sign-in and OAuth, and the policy."""
