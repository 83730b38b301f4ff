"""The leaderboards as a static site that opens from disk."""

from rbench.leaderboards.site.write import write_site

__all__ = ["write_site"]
