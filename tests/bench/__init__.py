"""The benchmark of launches: `make bench`. It asserts nothing and is no part of the tests."""
