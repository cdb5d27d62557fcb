"""A workspace leaves: its secrets go at once, the rest after the retention time."""

from bot.services.connecting import Connecting
from bot.store import Store

#: Who did it, as far as Slack tells.
SLACK = "Slack"


class Leaving:
    """What happens when the bot is removed from a workspace, or its token is revoked."""

    def __init__(self, store: Store, connecting: Connecting) -> None:
        self._store = store
        self._connecting = connecting

    async def leave(self, workspace: str) -> None:
        """Forget every secret of the workspace."""
        async with self._store.begin() as unit:
            await unit.workspaces.uninstall(workspace)
            await unit.audit.add(workspace, actor=SLACK, action="workspace/leave", result="done")
        self._connecting.forget(workspace)
