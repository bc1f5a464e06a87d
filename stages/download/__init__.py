"""Stage download: a published data set, fetched and unpacked as its authors lay it out."""
