"""What the bot does, whoever asks; knows no Slack."""
