"""What tests of services stand on: real stores, a service in process, people with rights."""
