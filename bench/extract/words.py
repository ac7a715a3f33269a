"""Words as they are compared, and how much of one text is in another. The same rules as tests/it/extract_same.rs."""

import re
import unicodedata
from collections import Counter

INVISIBLE = re.compile("[\u0640\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069]")
WORD = re.compile("[\u2e80-\u9fff\uf900-\ufaff]|(?:(?![\u2e80-\u9fff\uf900-\ufaff_])[\\w\u0300-\u036f\u064b-\u065f\u0670])+")


def words(text):
    """Compatibility forms folded, lower case, without invisible marks; a Chinese sign is a word."""
    return [word for word in WORD.findall(INVISIBLE.sub("", unicodedata.normalize("NFKC", text).lower())) if word[0].isalnum()]


def f1(wanted, found):
    """Word-multiset F1, from 0 to 1."""
    wanted, found = Counter(words(wanted)), Counter(words(found))
    common = sum((wanted & found).values())
    return 2 * common / max(1, sum(wanted.values()) + sum(found.values()))
