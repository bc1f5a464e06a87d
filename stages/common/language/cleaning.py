"""Text from the web without its markup, and where each character stands in the text as it was."""

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
TAG = r"</?(?:{})\b(?:\s[^<>]*|/)?>"  # of HTML's own names: <PERSON> is a word of some data sets
MARKUP = re.compile(
    "|".join(
        (
            rf"(?P<nothing>{TAG.format(INLINE.replace(' ', '|'))}|[{HIDDEN}])",
            rf"(?P<space>{TAG.format(BLOCK.replace(' ', '|'))}|<!--.*?-->|[\x00-\x1f\x7f-\x9f])",
            r"(?P<entity>&(?:#\d{1,7};|#x[0-9a-f]{1,6};|[a-z][a-z0-9]{1,31};|(?:amp|lt|gt|quot|nbsp)\b))",
        )
    ),
    re.IGNORECASE | re.DOTALL,
)
HALF = re.compile("[\ud800-\udfff]")  # a lone surrogate, which JSON can hold and no file can
DEPTH = 3  # "&amp;lt;b&amp;gt;" is "&lt;b&gt;" is "<b>"
Spans = list[tuple[int, int]]


def clean(text: str) -> tuple[str, Spans]:
    """`text` as a reader of the page sees it, and for each of its characters where in `text` it stands, (start, end).

    Entities become what they stand for; tags, zero-width characters and soft hyphens vanish, tags between words into a
    space; every run of whitespace is one space, and none is at the ends.

    >>> clean(" <p>Tom &amp; a\\u00a0cat</p>")[0], clean("rid\\u00ading a")[1][2:5]
    ('Tom & a cat', [(2, 3), (4, 5), (5, 6)])
    """
    spans = [(place, place + 1) for place in range(len(text))]
    for _ in range(DEPTH):
        before = text
        text, spans = _unmarked(text, spans)
        if text == before:
            break
    words = [match.span() for match in re.finditer(r"\S+", text)]
    gaps = [[(spans[end - 1][1], spans[start][0])] for (_, end), (start, _) in zip(words, words[1:])]
    parts = [spans[start:end] + gap for (start, end), gap in zip(words, [*gaps, []])]
    return " ".join(text[start:end] for start, end in words), [span for part in parts for span in part]


def _unmarked(text: str, spans: Spans) -> tuple[str, Spans]:
    """`text`, whose characters stand at `spans` of another, without one layer of markup; and their spans."""
    said, stands, place = [], [], 0
    for match in MARKUP.finditer(text):
        start, end = match.span()
        new = _meant(match.group()) if match["entity"] else " " if match["space"] else ""
        if new == match.group():
            continue
        said += [text[place:start], new]
        stands += spans[place:start] + [(spans[start][0], spans[end - 1][1])] * len(new)
        place = end
    return "".join((*said, text[place:])), stands + spans[place:]


def _meant(entity: str) -> str:
    """What an entity stands for; one of an unknown name stays.

    >>> _meant("&eacute;"), _meant("&AMP"), _meant("&#39;"), _meant("&cats;")
    ('é', '&', "'", '&cats;')
    """
    name = entity[1:].rstrip(";") + ";"
    return html.unescape(entity) if name[0] == "#" else html5.get(name) or html5.get(name.lower(), entity)
