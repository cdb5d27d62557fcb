"""The OpenAI API as it is in November 2026, as an HTTP server with its state in memory."""
