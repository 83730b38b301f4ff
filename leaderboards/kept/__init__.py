"""Kept leaderboards: folders of plain files, one a run, that merge well in version control."""
