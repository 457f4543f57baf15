"""Bastide: a self-hosted AI platform for organisations."""
