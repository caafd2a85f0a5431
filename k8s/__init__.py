"""Deployment: manifests, and the two small programs that keep images and network policies true."""
