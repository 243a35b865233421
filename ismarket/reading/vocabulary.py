"""The words of this family of reports: the disease, regions, drug classes, drivers, cues."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence


def _words(pattern: str) -> re.Pattern[str]:
    """The pattern in capitals or not."""
    return re.compile(pattern, re.IGNORECASE)


FAMILY = _words(r"infantile[\s-](?:epileptic[\s-])?spasms?|west(?:'s)?\s+syndrome|\bIESS\b")
REGIONS = {
    "North America": r"north(?:ern)?\s+america",
    "Europe": r"europe(?!an)",
    "Asia Pacific": r"asia[\s-]*pacific|\bAPAC\b",
    "South America": r"south\s+america|latin\s+america|\bLATAM\b",
    "Middle East & Africa": r"middle\s+east(?:\s*(?:&|and)\s*africa)?|\bMEA\b",
}
COUNTRIES = _words(
    r"\b(?:U\.S\.(?:A\.)?|U\.K\.)(?!\s?\$)|\b(?:united\s+states|america|USA?(?![\s$D]*\$)(?!D)|UK|"
    r"united\s+kingdom|7MM|(?:seven|7)\s+major\s+markets|G7|EU[45]|domestic|"
    r"germany|france|italy|spain|japan|china|india|korea|brazil|mexico|canada|australia|africa|"
    r"middle\s+east|asia)\b(?!\s*-?\s*pacific)"
)
CLASSES = {
    "ACTH": r"\bACTH\b|adrenocorticotrop\w+|corticotropin|tetracosactide",
    "corticosteroids": r"cortico-?steroids?|oral\s+steroids?|prednisolone|prednisone",
    "anticonvulsants": r"anti-?convulsants?|anti-?epileptics?|anti-?seizure|vigabatrin",
}
DRIVERS = {
    "diagnosis": r"diagnos\w+|awareness|early\s+detection|screening|video-?\s?EEG|"
    r"earlier\s+recognition",
    "incidence": r"incidence|prevalence|birth\s*rates?|number\s+of\s+(?:births|cases|patients)|"
    r"patient\s+(?:pool|population)",
    "technology": r"technolog\w+|tele-?(?:medicine|health)|artificial\s+intelligence|\bAI\b|"
    r"digital\s+health",
    "innovation": r"orphan|research\s+and\s+development|\bR&D\b|pipeline|innovat\w+|"
    r"(?:novel|new)\s+(?:\w+\s+)?(?:therap\w+|drugs?|treatments?)|personali[sz]ed|precision\s+medicine",
    "pricing": r"(?:rising|higher|increasing|premium)\s+(?:\w+\s+)?prices?|price\s+increases?",
}
PUSHES = _words(
    r"\bdriv(?:e|es|en|ing|er|ers)\b|fuel\w*|propel\w*|boost\w*|spur\w*|underpin\w*|bolster\w*|helped\s+by|"
    r"augment\w*|support(?:s|ed|ing)?\s+(?:the\s+)?(?:market|growth|demand)|"
    r"contribut\w+\s+to\s+(?:the\s+)?(?:market\s+)?growth|"
    r"(?:growth|market|demand).{0,60}(?:owing\s+to|due\s+to|attribut\w+\s+to|on\s+the\s+back\s+of)"
)
HOLDS_BACK = _words(
    r"hamper\w*|restrain\w*|hinder\w*|imped\w*|limit(?:s|ed|ing)?\b|challeng\w*|barriers?|threat\w*|"
    r"slow(?:s|ed|ing)?\b|curb\w*|obstacle\w*"
)
RISES = _words(
    r"increas\w*|ris(?:e|es|ing)\b|grow\w*|boost\w*|driv(?:e|es|en|ing)\b|improv\w*|expand\w*|more\b|"
    r"accelerat\w*|fuel\w*|propel\w*|rais(?:e|es|ing)\b|higher\b|enhanc\w*|facilitat\w*|advanc\w*|support\w*"
)
DRIVER_HEADING = _words(r"\b(?:drivers?|growth\s+factors|driving)\b")
NOT = _words(r"\b(?:not|never|no\s+longer|neither|nor|without)\b|n't\b")

FUTURE = _words(
    r"\b(?:will|expected|projected|forecast(?:ed)?|predicted|anticipated|poised|set|tipped|likely|on\s+(?:course|track)|heading|"
    r"should|would|may|could|to\s+(?:reach|surpass|exceed|cross|hit|attain|touch)|reaching|estimated\s+to\s+reach|"
    r"by(?=\s+(?:the\s+)?(?:end|close|year|\d)))\b"
)
PAST = _words(
    r"\b(?:was|were|pegged|valued\s+at|stood|reached|totall?ed|generated|amounted|accounted|"
    r"crossed|had|fell|dropped|declined|recovered|shrank|slipped|came|grew|rose|climbed|increased|expanded|closed|ended)\b"
)
PRESENT = _words(r"\b(?:is|are|estimated|valued|values?|size|stands|worth|revenue)\b")
NOT_A_LEVEL = _words(
    r"(?:(?:increas|grow|ris|expand|add)\w*|growth|increment\w*|opportunity|gain)\s+"
    r"(?:by|of|worth)?\s*(?:an?\s+)?(?:additional\s+|extra\s+)?(?:about\s+|around\s+|nearly\s+)?$"
)
NOT_A_MARKET = _words(
    r"\bnet\s+sales|\breported\b|\bbought\b|\bacqui|\bfund|\brais(?:ed|es)\s|\bpric(?:e|ed|ing)\b|"
    r"\bcost(?:s|ing)?\b|licen[cs]e|\bper\s+(?:vial|patient|course|dose|infant)|\bfee\b|settle|"
    r"\bgrants?\b|\bcourse\s+of|invest|\bspend|royalt|milestone|\bshares?\s+of|"
    r"\bplayers?\b|\bcompan(?:y|ies)\b|manufacturers?\b|competitors?\b|vendors?\b|"
    r"\b(?:separate|another|rival|other|earlier)\s+(?:study|report|estimate|analysis)"
)
SUBJECT = _words(
    FAMILY.pattern
    + r"|\bmarket|\bindustry\b|\b(?:it|this)\b|\bsales\s+(?:are|were|will)\b|\bdemand\b|CAGR|growth"
)
WHOLE_WORLD = _words(r"\b(?:global\w*|world\w*|weltmarkt|international)\b")
GROWTH_RATE = _words(
    r"C\.?A\.?G\.?R|compound(?:ed)?\s+annual|annual\s+(?:growth|rate)|per\s+annum|\bp\.a\.|"
    r"annually|(?:a|per|each)\s+year|growth\s+rate"
)
GREW = _words(
    r"\b(?:grew|rose|expanded|increased|recorded|posted|witnessed|advanced|climbed|registered)\b"
)
SHRINKS = _words(r"\b(?:declin|shrink|contract(?:s|ing)\b|negative|decreas)")
HISTORY = _words(r"histor\w*|\bpast\b|\bprevious\b")
LARGEST = _words(
    r"\blargest\b|dominat\w+|\bdominant|\bled\s+the|\bleads?\s+the|leading\s+(?:region|market)|"
    r"highest\s+(?:\w+\s+)?share|biggest|lion's\s+share|most\s+of\s+the\s+(?:market|revenue)"
)
FASTEST = _words(r"fastest|highest\s+(?:CAGR|growth|rate)|quickest|most\s+rapid\w*")


def named(words: Mapping[str, str], text: str) -> list[tuple[str, int, int]]:
    """The names of REGIONS, CLASSES or DRIVERS whose words a text holds, with where."""
    return [
        (name, match.start(), match.end())
        for name, pattern in words.items()
        for match in re.finditer(pattern, text, re.IGNORECASE)
    ]


_PLACE = "|".join([*REGIONS.values(), COUNTRIES.pattern])
_ONE_PLACE = _words(
    rf"(?:{_PLACE})\W{{1,3}}(?:(?!\b(?:is|was|has|had|held|holds|led|leads|dominat\w*|account\w*|"
    rf"remain\w*|and)\b)[\w-]+\W{{1,3}}){{0,5}}?(?:market\b|{FAMILY.pattern})"
)
_GOES_ON = _words(r"\W*(?:it|its|this|the\s+(?:regional\s+)?market)\b")


def of_one_place(texts: Sequence[str]) -> list[bool]:
    """For each sentence in turn: is it about the market of one region or country.

    One that begins with "it" or "the market" goes on about the same as the one before.
    """
    found: list[bool] = []
    for text in texts:
        if _ONE_PLACE.search(text) and not WHOLE_WORLD.search(text):
            found.append(True)
        else:
            found.append(bool(found) and found[-1] and bool(_GOES_ON.match(text)))
    return found


_GENERIC = re.compile(
    r"the|an?|this|that|its|our|overall|global(?:ly)?|world(?:wide)?|international|therapeutics?|"
    r"treatments?|drugs?|medicines|total|target|market|report|of|for|in|on|as|whole|and|entire|said|"
    r"current|future|key|size|overview|analysis|share|'?s|value|is|was|be|to|largest|leading|"
    r"dominated|led|leads|biggest"
)
"""Words before "market" that do not make it another market."""


def about_the_whole(before: str, after: str) -> bool:
    """True where an amount or rate stands for the whole market of this disease.

    ``before`` is its sentence up to it, ``after`` the rest.  A region, a class, a company or
    another market named before it makes it something else.
    """
    if not SUBJECT.search(before + after[:60]) or NOT_A_MARKET.search(before):
        return False
    if re.search(r"\bsegment|\bcategory\b", before, re.IGNORECASE):
        return False
    if re.match(r"\s*(?:per|a|an|for\s+a)\s+(?:vial|patient|course|dose|infant)", after):
        return False
    for match in re.finditer(r"((?:[\w'&+/().-]+\s+){0,7})markets?\b", before, re.IGNORECASE):
        if not FAMILY.search(match[0]) and not _is_generic(match[1]):
            return False
    if WHOLE_WORLD.search(before):
        return True
    family = FAMILY.search(before)
    classes = [c for c in named(CLASSES, before) if not (family and c[1] < family.start())]
    return not (named(REGIONS, before) or COUNTRIES.search(before) or classes)


def _is_generic(words: str) -> bool:
    """True where the words right before "market" name no other thing than the market itself."""
    last = re.findall(r"[\w']+", words.lower())[-3:]
    for word in reversed(last):
        if word in ("the", "this", "a", "to", "of", "global", "for", "is", "which"):
            return True
        if not _GENERIC.fullmatch(word):
            return False
    return True
