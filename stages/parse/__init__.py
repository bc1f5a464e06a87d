"""Stage parse: one dependency tree a caption, by Stanza."""
