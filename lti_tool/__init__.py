"""LTI 1.3 tool for the programme Smart-City-Manager:in."""
