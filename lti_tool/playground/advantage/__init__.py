"""The playground's grade and roster services."""
