"""Which version of the programme a course learns with: versions are kept, courses pinned, the shelf has them at hand."""
