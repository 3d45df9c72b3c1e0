import pytest


@pytest.fixture(scope="session")
def anomaly_run(tmp_path_factory):
    """A run folder of the anomaly application, written by the command itself."""
    from tests.apps.anomaly_runs import COLUMNS, QUICK, run, table_file

    folder = tmp_path_factory.mktemp("trained")
    data = table_file(folder / "data.csv")
    output = folder / "run"
    assert run("train", "--data", data, *COLUMNS, *QUICK, "--output", output) == 0
    return output


@pytest.fixture(scope="session")
def sentiment_run(tmp_path_factory):
    """A run folder of the sentiment application, written by the command itself."""
    from tests.apps.sentiment_runs import QUICK, columns, review_file, run

    folder = tmp_path_factory.mktemp("trained")
    data = review_file(folder / "reviews.tsv", separator="\t")
    assert run("train", *columns(data), *QUICK, "--output", folder / "run") == 0
    return folder / "run"


@pytest.fixture(scope="session")
def translation_run(tmp_path_factory):
    """A run folder of the translation application, written by the command itself."""
    from tests.apps.translate_runs import QUICK, pair_file, run

    folder = tmp_path_factory.mktemp("trained")
    data = pair_file(folder / "pairs.tsv")
    assert run("train", "--data", data, *QUICK, "--output", folder / "run") == 0
    return folder / "run"


@pytest.fixture(scope="session")
def plain_translation_run(tmp_path_factory):
    """A run without attention, in the other direction, of aligned files."""
    from seqkit.models import Translator
    from tests.apps.translate_runs import QUICK, aligned_files, run, sentences

    folder = tmp_path_factory.mktemp("plain")
    pairs = sentences(60)
    files = [
        *aligned_files(folder, "train", pairs),
        *aligned_files(folder, "valid", pairs[:8]),
    ]
    names = ("--source", "--target", "--valid-source", "--valid-target")
    given = [each for both in zip(names, files, strict=True) for each in both]
    options = [*QUICK, "--attention", "none", "--reverse", "--epochs", "1"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Translator, "export", lambda self, folder: folder.mkdir())
        assert run("train", *given, *options, "--output", folder / "run") == 0
    return folder / "run"
