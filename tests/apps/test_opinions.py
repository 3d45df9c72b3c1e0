"""Negation, contrast and intensity: what the model of the demonstration has learnt."""

import re

import pytest

from seqkit.apps import sentiment
from seqkit.models import SentimentClassifier
from seqkit.models.classification import opinions

POSITIVE = """
not bad at all
not a bad film
the movie is not bad
it isn't bad
it is not boring at all
this film is never dull
never boring for a second
not boring in the least
i was not bored for a minute
there is nothing boring about this film
far from boring
far from terrible
anything but dull
hardly a bad movie
the acting is by no means weak
without a dull moment
not a dull scene in it
i would not call it bad
you could not call this film boring
not terrible
the plot is thin, but the acting is great
slow at first, but great in the end
the actors are bad, but the film is good
although the story is weak, the film is great
it looks boring, but it is great
a bad title, but a good film
i expected a bad film, but it was great
despite a weak script, a great film
the start is dull, the rest is excellent
it could have been boring, but it is very funny
a joy from start to end.
extremely good
a really funny film
very, very good
one of the best films of the year
""".strip().splitlines()
NEGATIVE = """
not good at all
not a good film
the movie is not good
it isn't good
it is not funny at all
this film is never funny
never interesting for a second
not funny in the least
there is nothing good about this film
far from great
far from good
anything but funny
hardly a masterpiece
the acting is by no means good
without a good moment
i would not call it good
you could not call this film interesting
not great
the acting is great, but the plot is terrible
funny at first, but boring in the end
the actors are good, but the film is bad
although the acting is great, the film is boring
it looks great, but it is boring
a good title, but a bad film
i expected a great film, but it was bad
despite a great cast, a bad film
it could have been great, but it is boring
extremely bad
a really boring film
very, very bad
what a bore.
one of the worst films of the year
""".strip().splitlines()


def test_the_sentences_are_not_made_up_by_the_data_set():
    taught = {*opinions._GOOD, *opinions._BAD, *opinions._TREATS, *opinions._CHORES}
    for text in (*POSITIVE, *NEGATIVE):
        common = taught & set(re.findall(r"[\w']+", text))
        assert common <= {"joy"}, text


@pytest.mark.slow
def test_has_learnt_what_not_and_but_do(tmp_path, monkeypatch):
    monkeypatch.setattr(SentimentClassifier, "export", lambda self, folder: None)
    assert sentiment.main(["train", "--output", str(tmp_path / "run")]) == 0
    classifier = SentimentClassifier.load(tmp_path / "run")
    answers = [
        (answer.label == label, text)
        for label, texts in (("positive", POSITIVE), ("negative", NEGATIVE))
        for text, answer in zip(texts, classifier(texts), strict=True)
    ]
    wrong = [text for right, text in answers if not right]
    print("\n".join(wrong))
    assert len(answers) >= 60
    assert len(wrong) <= 0.15 * len(answers), wrong
    for text in (*sentiment.DEMO_TEXTS, "A joy from start to end."):
        expected = "negative" if "flat" in text else "positive"
        assert classifier([text])[0].label == expected, text
