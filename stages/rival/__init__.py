"""Stage rival: a CLIP of others, as it is, to be measured beside the methods."""
