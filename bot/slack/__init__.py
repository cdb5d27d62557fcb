"""Everything Slack: requests come in, replies go out; knows no HTTP library of OpenAI's side and no SQL."""
