"""The release that this program is."""

VERSION = "0.1.0"
