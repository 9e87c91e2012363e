"""THE MODULE TO TAKE ALONG: all lessons, glossary and sources of a module as one tagged PDF, made once and kept."""
