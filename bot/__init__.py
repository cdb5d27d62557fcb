"""Patchbay: every OpenAI module in Slack."""
