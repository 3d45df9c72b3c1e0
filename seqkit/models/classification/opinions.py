"""Short opinions, made up: what "not", "but" and "very" do to a word.

Reviews seldom say "not bad at all" or "far from boring", so a model of few reviews has
no way to learn that. Here are sentences in which words of known polarity are negated,
contrasted and intensified.
"""

import random

_GOOD = (
    "amusing", "beautiful", "brilliant", "charming", "clever", "convincing",
    "delightful", "elegant", "engaging", "enjoyable", "entertaining", "exciting",
    "fascinating", "fresh", "gripping", "hilarious", "inspiring", "intelligent",
    "likeable", "lively", "lovely", "memorable", "original", "powerful",
    "refreshing", "satisfying", "sharp", "smart", "stunning", "superb",
    "surprising", "sweet", "tender", "terrific", "thoughtful", "thrilling",
    "touching", "witty", "wonderful", "worthwhile",
)  # fmt: skip
_BAD = (
    "annoying", "awful", "bland", "bloated", "clumsy", "confusing", "contrived",
    "dreary", "dumb", "empty", "flat", "forgettable", "hollow", "incoherent",
    "irritating", "lame", "lazy", "lifeless", "mediocre", "messy", "painful",
    "pathetic", "pointless", "preachy", "predictable", "ridiculous", "sentimental",
    "shallow", "silly", "sloppy", "stale", "stupid", "superficial", "tedious",
    "tired", "trite", "ugly", "unconvincing", "unfunny", "uninspired",
)  # fmt: skip
_TREATS = ["delight", "gem", "joy", "marvel", "pleasure", "treat", "triumph", "wonder"]
_CHORES = [
    "chore",
    "disappointment",
    "disaster",
    "failure",
    "mess",
    "ordeal",
    "waste",
    "bother",
]
_SUBJECTS = (
    "it", "this", "the film", "the movie", "the story", "the plot", "the acting",
    "the script", "the direction", "the dialogue", "the humor", "the cast",
)  # fmt: skip
_DEGREES = ("very", "really", "extremely", "quite", "so", "absolutely", "truly", "", "")
# {a} and {n} have the polarity of the whole, {b} and {m} the other one.
_PLAIN = (
    "{s} {is} {very} {a}",
    "{very} {a} and {a2}",
    "a {very} {a} film",
    "what a {n}",
    "a {n} from beginning to end",
    "{s} {is} a {n}",
    "{s} {is} {a} throughout",
    "not only {a} but also {a2}",
)
_NEGATED = (
    "{s} {is} not {b}",
    "{s} {is}n't {b}",
    "{s} {is} not {b} at all",
    "{s} {is} never {b}",
    "not {b}",
    "never {b}",
    "{s} {is} hardly {b}",
    "far from {b}",
    "{s} {is} anything but {b}",
    "{s} {is} by no means {b}",
    "i would not call it {b}",
    "there is nothing {b} about it",
    "not a {b} movie",
    "{s} {is} not a {m}",
    "hardly a {m}",
    "without a {b} moment",
    "neither {b} nor {b2}",
    "not {b} in the least",
    "{s} {is} not as {b} as i expected",
    "nobody could call it {b}",
    "{s} {is} not {very} {b}",
    "{s} {is} not too {b}",
)
_JOINED = (  # {y} is a sentence of the polarity of the whole, {x} one of the other
    "{x}, but {y}",
    "{x}, yet {y}",
    "although {x}, {y}",
    "{x}; still, {y}",
    "{s} could have been {b}, but is {a}",
    "{s} starts {b} and ends {a}",
    "despite being {b}, {s} is {a}",
    "{b} at first, {a} in the end",
    "{b}, but {a}",
)
_JOINED_SHARE = 0.45


def short_opinions(count: int, seed: int) -> tuple[list[str], list[str]]:
    """Make up opinions, half of them negative.

    Args:
        count: How many.
        seed: Of the choice.

    Returns:
        Texts and labels.

    Example:
        >>> texts, labels = short_opinions(4, seed=2)
        >>> labels
        ['negative', 'positive', 'negative', 'positive']
    """
    generator = random.Random(seed)
    names = "negative", "positive"
    labels = [names[number % 2] for number in range(count)]
    return [_opinion(generator, label == "positive") for label in labels], labels


def _opinion(generator: random.Random, positive: bool) -> str:
    if generator.random() >= _JOINED_SHARE:
        text = _clause(generator, positive)
    else:
        x, y = (_clause(generator, side) for side in (not positive, positive))
        frame = generator.choice(_JOINED)
        text = frame.format(x=x, y=y, **_words(generator, positive))
    return " ".join(text.split()) + generator.choice(("", ".", "!"))


def _clause(generator: random.Random, positive: bool) -> str:
    frame = generator.choice(_PLAIN + _NEGATED)
    return " ".join(frame.format(**_words(generator, positive)).split())


def _words(generator: random.Random, positive: bool) -> dict[str, str]:
    same, other = (_GOOD, _BAD) if positive else (_BAD, _GOOD)
    nouns, others = (_TREATS, _CHORES) if positive else (_CHORES, _TREATS)
    (a, a2), (b, b2) = generator.sample(same, 2), generator.sample(other, 2)
    return {
        "s": generator.choice(_SUBJECTS), "is": generator.choice(("is", "was")),
        "very": generator.choice(_DEGREES), "a": a, "a2": a2, "b": b, "b2": b2,
        "n": generator.choice(nouns), "m": generator.choice(others),
    }  # fmt: skip
