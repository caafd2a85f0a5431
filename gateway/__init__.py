"""All of HTTP: REST, sign-in, pages and live channels in front of the services."""
