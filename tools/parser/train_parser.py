"""python -m tools.parser.train_parser TREEBANK WORK CAPTIONS.json...: the recipe of the models in data/parser.

TREEBANK is a folder with Universal Dependencies' en_ewt-ud-{train,dev,test}.conllu; WORK a scratch
folder; CAPTIONS files in COCO's layout. Five Stanza models are trained on train and on captions made up
by caption_trees, chosen on dev, and scored on dev and test; the lemmatizer also learns the forms of
data/verbs.csv. Tagger and parser then go on with what they themselves make of CAPTIONS, corrected.
The run_* wrappers of Stanza reach for its hub; the models' own entry points, called here, do not.
"""

import shutil
import sys
from pathlib import Path

import pandas as pd
import torch
from stanza.models import lemmatizer, mwt_expander, parser, tagger, tokenizer
from stanza.models.common.doc import Document
from stanza.utils.conll import CoNLL
from stanza.utils.datasets import conllu_to_text, prepare_tokenizer_data
from udtools import udeval

from stages.common.files.storage import write_json
from stages.parse.pipeline import PARSER, compact_pipeline
from stages.common.language.lexicons import read_dynamic_verbs
from tools.parser.adapt import adapt, parser_and_batches, tagger_and_batches
from tools.parser.caption_phrases import leaf
from tools.parser.caption_trees import caption_treebank, conllu_lines
from tools.parser.caption_words import verb_forms
from tools.parser.real_captions import captions_of, real_treebank

VERBS = Path("data/verbs.csv")
REAL = 6500  # captions that people wrote
ADAPTING = {"steps": 150, "words": 2000, "rate": 0.001}  # words a batch; a batch of each treebank in turn
CAPTIONS = 6000  # made-up captions: a third of the sentences that tagger and parser see
SHARED = "--mode train --lang en --shorthand en_ewt --cpu"
TOKENIZER = "--max_seqlen 300 --steps 2000 --eval_steps 500 --report_steps 250 --use_mwt"
MWT = "--num_epoch 10"
# Stanza turns to the second rate when it has gone max_steps_before_stop without a better evaluation;
# with the only evaluation at the end that is after step 1250. So small a model underfits with
# Stanza's own dropout of 0.5, and so does the parser.
TAGGER = (
    "--no_pretrain --no_bert_model --batch_size 100 --batch_maximum_tokens 3000 "
    "--num_layers 1 --char_hidden_dim 100 --word_emb_dim 75 --char_emb_dim 50 --tag_emb_dim 30 "
    "--transformed_dim 75 --deep_biaff_hidden_dim 100 --composite_deep_biaff_hidden_dim 50 "
    "--optim adam --lr 0.003 --fix_eval_interval --augment_nopunct 0.2 "
    "--hidden_dim 128 --dropout 0.25 --word_dropout 0.2 --second_optim adam --second_lr 0.0005 "
    "--max_steps_before_stop 1250 --max_steps 1600 --eval_interval 1600"
)
# The second rate starts from the best model, and only with the evaluation at step 1250: Stanza's
# scheduler moves at evaluations.
DEPPARSE = (
    "--no_pretrain --no_xpos --no_ufeats --no_bert_model --batch_size 3000 --hidden_dim 160 "
    "--dropout 0.25 --word_dropout 0.2 "
    "--num_layers 2 --deep_biaff_hidden_dim 128 --deep_biaff_output_dim 64 --word_emb_dim 64 "
    "--char_emb_dim 32 --char_hidden_dim 64 --transformed_dim 64 --tag_emb_dim 32 --optim adam "
    "--lr 0.003 --second_optim adam --second_lr 0.0005 --second_optim_start_step 1050 "
    "--second_warmup_steps 20 --augment_nopunct 0.2 --max_steps 1500 --eval_interval 250 "
    "--no_checkpoint"
)


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
    verbs = pd.read_csv(VERBS, comment="#")["lemma"]
    (work / "lemmas.conllu").write_text(mixed + verb_treebank(verbs), encoding="utf-8")


def verb_treebank(verbs: list[str]) -> str:
    """A one-word sentence for every form of every verb, for the lemmatizer's dictionary."""
    return "".join(
        f"# text = {form}\n{conllu_lines([(leaf(form, verb, 'VERB', tag), 'root', -1)])[0]}\n\n"
        for verb in verbs
        for form, tag in verb_forms(verb).items()
    )


def train_tokens(work: Path) -> None:
    """Tokenizer, multi-word tokens and lemmas."""
    save = ["--save_dir", str(work), "--save_name"]
    labels = [
        *("--txt_file", f"{work}/mixed.txt", "--label_file", f"{work}/mixed.toklabels"),
        *("--dev_txt_file", f"{work}/dev.txt", "--dev_label_file", f"{work}/dev.toklabels"),
        *("--dev_conll_gold", f"{work}/dev.conllu", "--mwt_json_file", f"{work}/dev-mwt.json"),
    ]
    tokenizer.main([*SHARED.split(), *TOKENIZER.split(), *labels, *save, "tokenize.pt"])
    dev = ["--eval_file", f"{work}/dev.conllu"]
    trees = ["--train_file", f"{work}/mixed.conllu", *dev, "--gold_file", f"{work}/dev.conllu"]
    mwt_expander.main([*SHARED.split(), *MWT.split(), *trees, *save, "mwt.pt"])
    bare = [option for option in SHARED.split() if option not in ("--lang", "en")]
    words = ["--train_file", f"{work}/lemmas.conllu", *dev]
    lemmatizer.main([*bare, "--dict_only", *words, *save, "lemma.pt"])


def train_tagger(work: Path) -> None:
    files = ["--train_file", f"{work}/mixed.conllu", "--eval_file", f"{work}/dev.conllu"]
    save = ["--save_dir", str(work), "--save_name", "pos.pt"]
    tagger.main([*SHARED.split(), *TAGGER.split(), *files, *save])


def guess_tags(work: Path) -> None:
    """Trees of which every second one carries the tags that the tagger guessed, and dev with guesses.

    The parser meets guessed tags only when it is used; one that learns from true tags alone trusts
    them.
    """
    model = ["--no_pretrain", "--save_dir", str(work), "--save_name", "pos.pt"]
    predict = ["--lang", "en", "--shorthand", "en_ewt", "--cpu", "--mode", "predict", *model]
    for part in ("mixed", "dev"):
        files = ["--eval_file", f"{work}/{part}.conllu"]
        output = ["--output_file", f"{work}/{part}-tagged.conllu"]
        tagger.main([*predict, "--no_gold_labels", *files, *output])
    true, guessed = (
        (work / f"{name}.conllu").read_text(encoding="utf-8").strip().split("\n\n")
        for name in ("mixed", "mixed-tagged")
    )
    half = (pair[number % 2] for number, pair in enumerate(zip(true, guessed, strict=True)))
    (work / "half.conllu").write_text("\n\n".join(half) + "\n\n", encoding="utf-8")


def train_depparse(work: Path) -> None:
    files = ["--train_file", f"{work}/half.conllu", "--eval_file", f"{work}/dev-tagged.conllu"]
    save = ["--save_dir", str(work), "--save_name", "depparse.pt"]
    parser.main([*SHARED.split(), *DEPPARSE.split(), *files, *save])


def adapt_to_captions(work: Path, files: list[str]) -> None:
    """Tagger and parser of PARSER, trained further; the treebank and the made-up captions keep them honest."""
    (work / "made.conllu").write_text(caption_treebank(CAPTIONS // 2, seed=5), encoding="utf-8")
    real = real_treebank(captions_of(files, REAL), read_lexicon(VERBS))
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


def main() -> None:
    treebank, work = Path(sys.argv[1]), Path(sys.argv[2])
    work.mkdir(parents=True, exist_ok=True)
    prepare(treebank, work)
    train_tokens(work)
    train_tagger(work)
    guess_tags(work)
    train_depparse(work)
    for name in ("tokenize", "mwt", "lemma", "pos", "depparse"):
        shrink(work / f"{name}.pt", PARSER / f"{name}.pt")
    adapt_to_captions(work, sys.argv[3:])
    write_json(PARSER / "scores.json", {part: score(work, part) for part in ("dev", "test")})


if __name__ == "__main__":
    main()
