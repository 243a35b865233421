"""The words of reports of any market: cues of past and future, of growth, labels, sections."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

from .amounts import YEAR


def _words(pattern: str) -> re.Pattern[str]:
    """The pattern in capitals or not."""
    return re.compile(pattern, re.IGNORECASE)


COUNTRIES = _words(
    r"\b(?:U\.S\.(?:A\.)?|U\.K\.)(?!\s?\$)|\b(?:united\s+states|(?<!north\s)(?<!latin\s)(?<!south\s)(?<!central\s)america|USA?(?![\s$D]*\$)(?!D|\s+dollars)|UK|"
    r"united\s+kingdom|7MM|(?:seven|7)\s+major\s+markets|G7|EU[45]|domestic|american|indian(?!\s+rupee)|chinese|"
    r"japanese|german|french|british|britain|swiss|asian|european|canadian|brazilian|korean|"
    r"germany|france|italy|spain|japan|china|india|(?:south\s+)?korea|austrian|mexican|spanish|italian|dutch|australian|brazil|mexico|canada|australia|"
    r"saudi\s+arabia|turkey|russia|africa|middle\s+east|(?:(?:north|south|east|central)[\s-]?(?:east)?(?:ern)?\s+)?asia|gcc|asean|nordics?|switzerland|"
    r"netherlands|indonesia|vietnam|thailand|malaysia|singapore|argentina|poland|sweden)\b"
    r"(?!\s*-?\s*pacific)"
)
LISTS = {
    name: frozenset(words.split())
    for name, words in tomllib.loads(
        (files(__package__) / "lists.toml").read_text(encoding="utf-8")
    ).items()
}
HOUSE = (
    r"(?:Research|Insights?|Intelligence|Reports?|Consulting|Analytics|Economics|Advisory|Group|View|"
    r"Partners|Consultants|Advisors?|Data|Strategy|Marktforschung|Associates|Consultancy|Insider|"
    r"Analytica?|Company|Future|Facts|Studies|Statistics|Metrics|Publishing|Institute|Monitor|Watch|"
    r"Marktdaten|Analysen|Forecasts|Numbers)"
)
"""The last word in the names of publishers."""
PUSHES = _words(
    r"\bdriv(?:e|es|en|ing|er|ers)\b|fuel\w*|propel\w*|boost\w*|spur\w*|underpin\w*|bolster\w*|helped\s+by|"
    r"push(?:es|ed|ing)?\b|stimulat\w*|foster\w*|catalys\w*|catalyz\w*|lift(?:s|ed|ing)?\b|"
    r"augment\w*|support(?:s|ed|ing)?\s+(?:the\s+)?(?:\w+\s+)?(?:market|growth|demand)|"
    r"(?:accelerat|pac|increas|rais)\w*\s+(?:up\s+)?(?:the\s+)?demand|"
    r"(?:expan|creat)\w*\s+(?:the\s+|a\s+larger\s+)?(?:market|demand|pool)|"
    r"help\w*\s+(?:in\s+)?(?:the\s+)?development\s+of\s+the\s+market|"
    r"contribut\w+\s+to\s+(?:the\s+)?(?:market\s+)?(?:growth|expansion)|"
    r"(?:growth|market|demand).{0,200}(?:owing\s+to|due\s+to|attribut\w+\s+to|on\s+the\s+back\s+of)"
)
HOLDS_BACK = _words(
    r"hamper\w*|restrain\w*|hinder\w*|imped\w*|limit(?:s|ed|ing)?\b|challeng\w*|barriers?|threat\w*|"
    r"slow(?:s|ed|ing)?\b|curb\w*|obstacle\w*|restrict\w*|limitations?\b|hurdles?\b|headwinds?\b|"
    r"constrain\w*|\black\s+of|\bpoor\b|\blow\s+awareness|\bshortage"
)
RISES = _words(
    r"increas\w*|ris(?:e|es|ing)\b|grow\w*|boost\w*|driv(?:e|es|en|ing)\b|improv\w*|expand\w*|more\b|"
    r"accelerat\w*|fuel\w*|propel\w*|rais(?:e|es|ing)\b|higher\b|enhanc\w*|facilitat\w*|advanc\w*|support\w*"
)
DRIVER_HEADING = _words(r"\b(?:drivers?|growth\s+factors?|driving)\b")
NOT = _words(r"\b(?:not|never|no\s+longer|neither|nor|without)\b|n't\b")
SECTION = _words(
    r"\b(?:drivers?|driving|dynamics|growth\s+factors?|restrain\w*|challenges?|barriers?|hurdles?|"
    r"limitations?|constraints?|headwinds?|opportunit(?:y|ies)|"
    r"trends?|insights?|segment(?:s|ation)|regional|geograph\w+|competiti\w+|players|companies|"
    r"overview|scope|frequently\s+asked|takeaways|table\s+of\s+contents|related|developments|"
    r"methodology|description|analysis)\b"
)
"""Headings that open another part of a page."""

FUTURE = _words(
    r"\b(?:will|expected|projected|forecast(?:ed)?|predicted|anticipated|foreseen|slated|envisaged|poised|set|tipped|likely|on\s+(?:course|track)|heading|"
    r"should|would|may|could|to\s+(?:reach|surpass|exceed|cross|hit|attain|touch)|reaching|estimated\s+to\s+reach|"
    r"climbing|expects?|sees?|by(?=\s+(?:the\s+)?(?:end|close|year|\d)))\b"
)
PAST = _words(
    r"(?<!will\shave\s)(?<!to\shave\s)(?<!\bbe\s)\b(?:was|were|pegged|valued\s+at|stood|reached|totall?ed|generated|amounted|accounted|"
    r"crossed|had|fell|dropped|declined|recovered|shrank|slipped|came|grew|rose|climbed|increased|expanded|closed|ended|shrunk|grown|risen|fallen)\b"
)
PRESENT = _words(r"\b(?:is|are|estimated|valued|values?|size|stands|worth|revenue)\b")
ROUGHLY = r"about|around|nearly|almost|roughly|approximately|some"
ABOUT = rf"(?:(?:{ROUGHLY})\s+)?"
"""What may stand in front of an amount."""
NOT_A_LEVEL = _words(
    r"(?:(?:increas|grow|ris|expand|add)\w*|growth|increment\w*|opportunity|gain)\s+"
    rf"(?:by|of|worth)?\s*(?:an?\s+)?(?:additional\s+|extra\s+)?{ABOUT}$|\bby\s+{ABOUT}$"
)
A_PIECE = r"(?:vial|patient|course|dose)"
"""What a price is of, and no market."""
NOT_A_MARKET = _words(
    r"\bnet\s+sales|\b(?:had|posted|booked)\s+(?:\w+\s+){0,2}(?:sales|revenues?)|\breported\b|\bbought\b|\bacqui|\bfund|\brais(?:ed|es)\s+$|\bpric(?:e|ed|ing)\b|"
    rf"\bcost(?:s|ing)?\b|licen[cs]e|\bper\s+{A_PIECE}|\bfee\b|settle|"
    r"\bgrants?\b|\bcourse\s+of|invest|\bspend\s|royalt|milestone|\bshares?\s+of|\bportions?\s+of|"
    r"\bplayers?\b|\bcompan(?:y|ies)\b|manufacturers?\b|competitors?\b|vendors?\b|\bsegment|\bcategory\b|"
    r"\b(?:separate|another|rival|other|earlier)\s+(?:study|report|estimate|analysis)|\bedition\b|\bexcluding\b|"
    r"\b(?:led|leads?|dominat\w+)\s+the\b|\bburden\b|\bexports?\b|\bimports?\b"
)
UNITS = _words(r"\bunits\b|\bvolume\b|\bshipments\b|\btonn?es\b|\bdoses\b|\bprocedures\b")
"""Words of what is counted in other than money."""
SUBJECT = _words(r"\bmarket|\bindustry\b|\b(?:its?|this)\b")
SALES = _words(r"\bsales\b|\bdemand\b|\brevenues?\b|\bspending\b")
WHOLE_WORLD = _words(r"\b(?:global\w*|world\w*|weltmarkt|international)\b")
GROWTH_RATE = _words(
    r"C\.?A\.?G\.?R|compound(?:ed)?\s+annual|annual\s+(?:growth|rate)|per\s+annum|\bp\.a\.|"
    r"annually|(?<!than\s)(?:a|per|each)\s+year(?!\s+(?:ago|before|earlier))|yearly\s+(?:growth|rate)|growth\s+rate"
)
GREW = _words(
    r"\b(?:grew|rose|expanded|increased|recorded|posted|witnessed|advanced|climbed|registered(?!\s+CAGR))\b"
)
SHRINKS = _words(r"\b(?:declin|shrink|contract(?:s|ing)?\b|negative|decreas)")
HISTORY = _words(r"histor\w*|\bpast\b|\bprevious\b")
LARGEST = _words(
    r"\blargest\b|dominat\w+|\bdominant|\bled\s+(?:the|with)|\bleads?\b|leading\s+(?:region|market)|"
    r"(?:highest|major|maximum)\s+(?:\w+\s+)?share|biggest|lion's\s+share|most\s+of\s+the\s+(?:market|revenue)|"
    r"nearly\s+half\s+of\s+the\s+(?:global\s+)?market"
)
FASTEST = _words(r"fastest|highest\s+(?:CAGR|growth|rate)|quickest|most\s+rapid\w*")

_ABOUT = rf"(?:,?\s*\(?(?:(?:in|by|for|of)\s+)?{YEAR}(?:\s*(?:-|to)\s*(?:20)?\d\d)?\s*\)?)?"
_UNIT = r"(?:,?\s*\(?(?:in\s+)?(?:US\s?\$|USD|EUR|%|\u20ac)\s?(?:mn|bn|million|billion)?\)?)?"
LABEL = _words(
    rf"(?:forecast|study|historical|analysis|review|projection)(?:ed)?\s+(?:period|years?|data|range)|"
    rf"(?:estimated\s+)?base\s+year(?:\s+for\s+estimation|\s+considered)?|"
    rf"(?:(?:estimated|projected|expected|forecast(?:ed)?|base\s+year|forecast\s+year|global|current)\s+)*"
    rf"(?:market\s+)?(?:size|value|valuation|revenue|sales)(?:\s+(?:value|revenue|forecast))?{_ABOUT}{_UNIT}|"
    rf"market\s+forecast{_ABOUT}{_UNIT}|"
    rf"(?:projected\s+|value-based\s+|market\s+|revenue\s+|forecast\s+)*(?:CAGR|growth\s+rate)"
    rf"(?:\s*\((?:CAGR|%)\))?{_ABOUT}{_UNIT}|"
    rf"(?:fastest[\s-]growing|largest|leading|dominant|dominating|biggest|top)\s+"
    rf"(?:regional\s+|drug\s+)?(?:segment|market|region|class|product|type|country){_ABOUT}|"
    rf"published\s+by|publisher|author|source|report\s+(?:id|code)|no\.?\s+of\s+pages|market\s+concentration|"
    rf"regions?\s+covered|segments?\s+covered|companies\s+covered"
)
"""Labels that boxes of reports have."""
LABEL_WORDS = LISTS["label"]
"""Words of a label that is of the whole market."""
GENERIC = LABEL_WORDS | LISTS["generic"]
"""Words that name nothing of which a figure could be instead of the market."""
