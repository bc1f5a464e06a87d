"""Trains the models in data/parser: python -m tools.parser.train_parser TREEBANK WORK CAPTIONS.json...

TREEBANK is a folder with Universal Dependencies' en_ewt-ud-{train,dev,test}.conllu, WORK a scratch folder, CAPTIONS
files in COCO's layout. Five Stanza models are trained on part train and on captions made up by caption_trees, chosen on
dev, and scored on dev and test; the lemmatizer also learns the forms of data/verbs.csv. Tagger and parser are then
trained further, also on their own trees of CAPTIONS, corrected. The models' own entry points are called here, because
Stanza's run_* wrappers download from its hub.
"""

import argparse
import shutil
from collections.abc import Iterable
from pathlib import Path

import torch
from ruamel.yaml import YAML
from stanza.models import lemmatizer, mwt_expander, parser, tagger, tokenizer
from stanza.models.common.doc import Document
from stanza.utils.conll import CoNLL
from stanza.utils.datasets import conllu_to_text, prepare_tokenizer_data
from udtools import udeval

from stages.common.files.errors import run_stage
from stages.common.files.storage import write_json
from stages.common.language.lexicons import read_dynamic_verbs
from stages.parse.pipeline import PARSER, PROCESSORS, compact_pipeline
from tools.parser.adapt import adapt, parser_and_batches, tagger_and_batches
from tools.parser.caption_phrases import leaf
from tools.parser.caption_trees import caption_treebank, conllu_lines
from tools.parser.caption_words import verb_forms
from tools.parser.real_captions import captions_of, real_treebank

REAL = 6500  # captions that people wrote
ADAPTING = {"steps": 150, "words": 2000, "rate": 0.001}  # words a batch; a batch of each treebank in turn
CAPTIONS = 6000  # made-up captions: a third of the sentences that tagger and parser see
SHARED = ("--shorthand", "en_ewt", "--cpu")
OPTIONS = YAML(typ="safe", pure=True).load(Path(__file__).with_name("options.yaml").read_text(encoding="utf-8"))
PROGRAMS = {"tokenize": tokenizer, "mwt": mwt_expander, "pos": tagger, "lemma": lemmatizer, "depparse": parser}


def prepare(treebank: Path, work: Path) -> None:
    """Raw text, token labels and multi-word tokens of each part, beside a copy of its trees."""
    for part in ("train", "dev", "test"):
        shutil.copyfile(treebank / f"en_ewt-ud-{part}.conllu", work / f"{part}.conllu")
    mixed = (work / "train.conllu").read_text(encoding="utf-8") + caption_treebank(CAPTIONS)
    (work / "mixed.conllu").write_text(mixed, encoding="utf-8")
    for part in ("mixed", "dev", "test"):
        trees, text = work / f"{part}.conllu", work / f"{part}.txt"
        conllu_to_text.convert_text(str(trees), str(text))
        labels, words = work / f"{part}.toklabels", work / f"{part}-mwt.json"
        prepare_tokenizer_data.main([str(text), str(trees), "-o", str(labels), "-m", str(words)])
    (work / "lemmas.conllu").write_text(mixed + verb_treebank(read_dynamic_verbs()), encoding="utf-8")


def verb_treebank(verbs: Iterable[str]) -> str:
    """A one-word sentence for every form of every verb, for the lemmatizer's dictionary."""
    return "".join(
        f"# text = {form}\n{conllu_lines([(leaf(form, verb, 'VERB', tag), 'root', 0)])[0]}\n\n"
        for verb in verbs
        for form, tag in verb_forms(verb).items()
    )


def train(work: Path, name: str, **files: str) -> None:
    """Train the model NAME.pt by Stanza's program; `files` of the folder `work` by option."""
    paths = [part for option, file in files.items() for part in (f"--{option}", f"{work}/{file}")]
    save = ["--save_dir", str(work), "--save_name", f"{name}.pt"]
    PROGRAMS[name].main(["--mode", "train", *SHARED, *OPTIONS[name].split(), *paths, *save])


def train_models(work: Path) -> None:
    """All five models, on the files that `prepare` wrote."""
    labels = {"txt_file": "mixed.txt", "label_file": "mixed.toklabels", "dev_txt_file": "dev.txt"}
    labels |= {"dev_label_file": "dev.toklabels", "dev_conll_gold": "dev.conllu", "mwt_json_file": "dev-mwt.json"}
    train(work, "tokenize", **labels)
    train(work, "mwt", train_file="mixed.conllu", eval_file="dev.conllu", gold_file="dev.conllu")
    train(work, "lemma", train_file="lemmas.conllu", eval_file="dev.conllu")
    train(work, "pos", train_file="mixed.conllu", eval_file="dev.conllu")
    guess_tags(work)
    train(work, "depparse", train_file="half.conllu", eval_file="dev-tagged.conllu")


def guess_tags(work: Path) -> None:
    """Trees of which every second one carries the tags that the tagger guessed, and dev with guesses.

    In use the parser gets guessed tags; trained on true tags alone, it would rely on them too much.
    """
    for part in ("mixed", "dev"):
        files = ["--eval_file", f"{work}/{part}.conllu", "--output_file", f"{work}/{part}-tagged.conllu"]
        model = ["--lang", "en", "--no_pretrain", "--save_dir", str(work), "--save_name", "pos.pt"]
        tagger.main(["--mode", "predict", *SHARED, "--no_gold_labels", *model, *files])
    true, guessed = (
        (work / f"{name}.conllu").read_text(encoding="utf-8").strip().split("\n\n")
        for name in ("mixed", "mixed-tagged")
    )
    half = (pair[number % 2] for number, pair in enumerate(zip(true, guessed, strict=True)))
    (work / "half.conllu").write_text("\n\n".join(half) + "\n\n", encoding="utf-8")


def adapt_to_captions(work: Path, files: list[Path]) -> None:
    """Train tagger and parser further on real captions, beside the treebank and the made-up ones."""
    (work / "made.conllu").write_text(caption_treebank(CAPTIONS // 2, seed=5), encoding="utf-8")
    real = real_treebank(captions_of(files, REAL), read_dynamic_verbs())
    (work / "real.conllu").write_text(real, encoding="utf-8")
    treebanks = [work / f"{name}.conllu" for name in ("train", "made", "real")]
    for name, load in (("pos", tagger_and_batches), ("depparse", parser_and_batches)):
        trainer, batches = load(PARSER / f"{name}.pt", treebanks, ADAPTING["words"])
        adapt(trainer, batches, ADAPTING["steps"], ADAPTING["rate"])
        trainer.save(str(work / f"{name}.pt"))
        shrink(work / f"{name}.pt", PARSER / f"{name}.pt")


def shrink(source: Path, target: Path) -> None:
    """Copy a model without its optimiser and with its weights in half precision.

    Stanza copies half-precision weights into its own single-precision parameters when it loads them.
    """
    state = torch.load(source, map_location="cpu", weights_only=True)
    state.pop("optimizer_state_dict", None)
    torch.save(_halve(state), target)


def _halve(value):
    if isinstance(value, torch.Tensor) and value.dtype == torch.float32:
        return value.half()
    if isinstance(value, dict):
        return type(value)((key, _halve(item)) for key, item in value.items())
    return value


def score(work: Path, part: str) -> dict[str, dict[str, float]]:
    """F1 in percent of the shipped models on one part of the treebank, tags always predicted.

    From raw text, tokens and sentences predicted too; and on the treebank's own words.
    """
    pipeline, trees = compact_pipeline(), work / f"{part}.conllu"
    text = (work / f"{part}.txt").read_text(encoding="utf-8")
    sentences = pipeline(text).to_dict()
    for word in (word for words in sentences for word in words):
        if word["text"] == "<UNK>":  # a very long address: Stanza keeps its place alone
            word["text"] = text[word["start_char"] : word["end_char"]]
    words = CoNLL.conll2doc(str(trees))
    for name in ("pos", "lemma", "depparse"):
        words = pipeline.processors[name].process(words)
    return {"raw text": agreement(Document(sentences), trees), "true words": agreement(words, trees)}


def agreement(document: Document, trees: Path) -> dict[str, float]:
    """F1 in percent of a document against the treebank's file of it."""
    found = trees.with_suffix(".found.conllu")
    CoNLL.write_doc2conll(document, str(found))
    figures = udeval.evaluate(*map(udeval.load_conllu_file, (str(trees), str(found))))
    names = ("Tokens", "Sentences", "Words", "UPOS", "Lemmas", "UAS", "LAS")
    return {name: round(100 * figures[name].f1, 2) for name in names}


def main(arguments: list[str]) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("treebank", type=Path)
    options.add_argument("work", type=Path)
    options.add_argument("captions", type=Path, nargs="+")
    args = options.parse_args(arguments)
    args.work.mkdir(parents=True, exist_ok=True)
    prepare(args.treebank, args.work)
    train_models(args.work)
    for name in PROCESSORS:
        shrink(args.work / f"{name}.pt", PARSER / f"{name}.pt")
    adapt_to_captions(args.work, args.captions)
    write_json(PARSER / "scores.json", {part: score(args.work, part) for part in ("dev", "test")})


if __name__ == "__main__":
    run_stage(main)
