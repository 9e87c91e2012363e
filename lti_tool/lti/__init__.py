"""PROTOCOL: LTI 1.3 and LTI Advantage as a tool speaks it. Knows no table, no web framework and no learner."""
