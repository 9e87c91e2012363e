"""Visits: their cookies and guards."""
