"""THE CASE LIBRARY AS PEOPLE USE IT: found by topic, size, measure and words; read; marked for one's own strategy draft."""
