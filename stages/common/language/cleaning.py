"""Removes web markup from captions."""

import html
import re
from html.entities import html5

INLINE = "a abbr b bdi bdo big cite code del em font i ins kbd mark q s small span strike strong sub sup tt u var wbr"
BLOCK = (
    "article blockquote body br button caption center dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 "
    "head header hr html iframe img input label legend li link main meta nav ol option p picture pre section table "
    "tbody td tfoot th thead title tr ul video"
)
HIDDEN = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0020-\U000e007f"
TAG = r"</?(?:{})\b(?:\s[^<>]*|/)?>"  # HTML's own names only: <PERSON> is a word in some data sets
MARKUP = re.compile(
    rf"(?P<removed>{TAG.format(INLINE.replace(' ', '|'))}|[{HIDDEN}])"
    rf"|(?P<space>{TAG.format(BLOCK.replace(' ', '|'))}|<!--.*?-->|[\x00-\x1f\x7f-\x9f])"
    r"|(?P<entity>&(?:#\d{1,7};|#x[0-9a-f]{1,6};|[a-z][a-z0-9]{1,31};|(?:amp|lt|gt|quot|nbsp)\b))",
    re.IGNORECASE | re.DOTALL,
)
LONE_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character: JSON can hold it, UTF-8 cannot


def clean(text: str) -> str:
    """`text` as a browser shows it, with one space between words.

    Entities become characters. Tags, zero-width characters and soft hyphens are removed; block tags become a space.

    >>> clean(" <p>Tom &amp; a\\u00a0cat</p>"), clean("rid\\u00ading a")
    ('Tom & a cat', 'riding a')
    """
    for _ in range(3):  # "&amp;lt;b&amp;gt;" is "&lt;b&gt;" is "<b>"
        text = MARKUP.sub(_replacement, text)
    return " ".join(text.split())


def _replacement(match: re.Match) -> str:
    """The character of an HTML entity, if it is known; a space or nothing for other markup."""
    if not match["entity"]:
        return " " if match["space"] else ""
    name = match["entity"][1:].rstrip(";") + ";"
    if name[0] == "#":
        return html.unescape(match["entity"])
    return html5.get(name) or html5.get(name.lower(), match["entity"])
