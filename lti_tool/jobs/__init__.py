"""Work in the background, without knowing whose: calls to the worker, jobs, chores, and how to share time among platforms."""
