"""What leaves the dashboard whole: the report of a view, its numbers, and all it takes to make them again."""
