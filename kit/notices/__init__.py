"""Telling people: whoever owns a record finds out who is to be told of what happened to it."""
