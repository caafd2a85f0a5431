"""The only HTTP door: REST, sign-in, pages and live channels in front of the services."""
