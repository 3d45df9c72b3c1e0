import os

import pytest

from seqkit.errors import InputError
from seqkit.folders import complete_folder, write_file


def never(folder):
    return False


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def write(target, replaceable=never, content="new"):
    with complete_folder(target, replaceable) as partial:
        (partial / "a").write_text(content)


def test_there_only_when_complete(tmp_path):
    with complete_folder(tmp_path / "deep" / "run", never) as partial:
        assert partial.parent == tmp_path / "deep"
        assert not (tmp_path / "deep" / "run").exists()
    assert names(tmp_path / "deep") == ["run"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_nothing_is_left_of_a_failure(tmp_path, error):
    def fail():
        with complete_folder(tmp_path / "run", never) as partial:
            (partial / "a").write_text("half")
            raise error

    with pytest.raises(error):
        fail()
    assert names(tmp_path) == []


def test_a_failure_leaves_the_former(tmp_path):
    write(tmp_path / "run", content="old")

    def fail():
        with complete_folder(tmp_path / "run", lambda folder: True):
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  the block's own
        fail()
    assert (tmp_path / "run" / "a").read_text() == "old"
    assert names(tmp_path) == ["run"]


def test_replaces_what_may_be_replaced_and_empty_folders(tmp_path):
    (tmp_path / "run").mkdir()
    write(tmp_path / "run", content="old")
    write(tmp_path / "run", lambda folder: (folder / "a").exists())
    assert (tmp_path / "run" / "a").read_text() == "new"
    assert names(tmp_path) == ["run"]


def test_refuses_what_may_not_be_replaced(tmp_path):
    (tmp_path / "mine").write_text("letter")
    with pytest.raises(InputError, match="holds something else"):
        write(tmp_path)
    with pytest.raises(InputError, match="is a file"):
        write(tmp_path / "mine")
    with pytest.raises(InputError, match="cannot be written"):
        write(tmp_path / "mine" / "run")
    assert names(tmp_path) == ["mine"]


def test_a_file_is_there_when_it_is_complete(tmp_path):
    target = tmp_path / "page"
    write_file(target, "old")
    (tmp_path / "link").symlink_to(target)
    write_file(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert target.read_text() == "new"
    with pytest.raises(UnicodeEncodeError):
        write_file(target, "\udce9")
    assert target.read_text() == "new"
    assert names(tmp_path) == ["link", "page"]
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        write_file(tmp_path / "folder", "new")


def test_a_pipe_stays_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    read = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write_file(tmp_path / "pipe", "a text")
    assert os.read(read, 100) == b"a text"
    os.close(read)
    assert (tmp_path / "pipe").is_fifo()
