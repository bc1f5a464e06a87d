"""The registry of caption formats: one module each; a source in params.yaml names it.

A module defines `read`, as flickr.py does: from a path to a table with a row a caption. A new file is a new format.
"""

from stages.common.files.registry import members

FORMATS = members(__name__, "read")
