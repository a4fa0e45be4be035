"""The one error that is meant for the person who typed the search."""


class SearchError(Exception):
    """Something the user can put right; the text names the thing, the place and the next step."""
