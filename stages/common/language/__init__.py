"""English words: inflection, lexicons, cleaning of captions."""
