"""What may be opened where, until the launch gates for young people and free text exist."""

from __future__ import annotations

from conversations.flow import Flow


def obstacle(flow: Flow, *, local: bool) -> str:
    """Why this may not be opened with real people yet; empty when it may.

    Engagements that under-18s can answer, or that hold free text, need named safeguarding leads, a rota and a reader.
    Until the program can ask for those, it opens them only against a Bot API server on this computer.
    """
    if local:
        return ""
    if flow.audience != "adults":
        who = "under-18s" if flow.audience == "under-18s" else "people of every age"
        return f"{flow.id} is for {who}. The safeguarding checks this needs are not built yet. {WHERE}"
    if flow.has_free_text:
        return f"{flow.id} asks people to write freely. The reading rota this needs is not built yet. {WHERE}"
    return ""


WHERE = "Until then it opens only in the demo, or against a Bot API server on this computer (telegram.api_url)."
