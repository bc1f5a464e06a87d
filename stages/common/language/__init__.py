"""The room language: inflection, lexicons, cleaning of captions, and statements."""
