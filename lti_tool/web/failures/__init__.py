"""Failures and refusals as pages."""
