import pytest


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A run folder of the anomaly application, written by the command itself."""
    from tests.apps.anomaly_runs import COLUMNS, QUICK, run, table_file

    folder = tmp_path_factory.mktemp("trained")
    data = table_file(folder / "data.csv")
    output = folder / "run"
    assert run("train", "--data", data, *COLUMNS, *QUICK, "--output", output) == 0
    return output
