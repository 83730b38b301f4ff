"""The leaderboards as a static site that opens from disk."""

from rbench.leaderboards.site.write import Site, write_site

__all__ = ["Site", "write_site"]
