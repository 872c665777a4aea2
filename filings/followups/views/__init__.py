"""Views of the follow-ups."""
