"""The two outside worlds on loopback, a Slack workspace and the OpenAI API; knows nothing of the bot."""
