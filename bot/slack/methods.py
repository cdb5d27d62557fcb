"""How each Web API method takes its arguments, and which of them may be repeated."""

# Reads take arguments as a form only (docs.slack.dev/apis/web-api: "Accepts" of each method).
READS = frozenset(
    {
        "auth.test",
        "bots.info",
        "chat.getPermalink",
        "conversations.history",
        "conversations.info",
        "conversations.list",
        "conversations.members",
        "conversations.replies",
        "files.info",
        "files.list",
        "reactions.get",
        "team.info",
        "users.conversations",
        "users.info",
        "users.list",
    }
)
FORMS = READS | {"files.getUploadURLExternal", "oauth.v2.access"}
# Done twice, these leave what doing them once leaves.
REPEATABLE = READS | {
    "agents.sessions.rename",
    "agents.sessions.setStatus",
    "apps.connections.open",
    "assistant.threads.setStatus",
    "assistant.threads.setSuggestedPrompts",
    "assistant.threads.setTitle",
    "chat.delete",
    "chat.update",
    "conversations.join",
    "conversations.open",
    "files.delete",
    "files.getUploadURLExternal",  # an address never used expires by itself
    "reactions.add",
    "reactions.remove",
    "views.publish",
    "views.update",
}
