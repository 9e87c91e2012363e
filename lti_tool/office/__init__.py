"""Office documents of any feature: texts as ODT in one look, headings, tables and fields as a screen reader needs them."""
