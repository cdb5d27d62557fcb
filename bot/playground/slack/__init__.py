"""A Slack workspace on loopback: Web API, deliveries, Socket Mode, and a control API to act as its people."""
