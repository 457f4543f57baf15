"""Reads the configuration file of a LiteLLM proxy and says what of it Bastide takes over."""
