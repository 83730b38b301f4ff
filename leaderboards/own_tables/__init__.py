"""The project's own tables, of the embedded tasks: a kept leaderboard that can be made again."""
