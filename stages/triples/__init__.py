"""Stage triples: subject, relation and object from each caption's dependency tree."""
