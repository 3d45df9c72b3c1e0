"""What the tests of bad input share: files, and what is said and left of a run."""


def bytes_of(content, name):
    """Give what writes a file into a folder and gives its path."""

    def write(folder):
        (folder / name).write_bytes(content)
        return str(folder / name)

    return write


def is_refused(train, write, folder):
    """Return whether training on a bad file is refused, and nothing is left of it."""
    before = set(folder.iterdir())
    code = train(write(folder), folder / "run")
    left = {path for path in folder.iterdir() if not path.name.startswith("data.")}
    return code == 2 and left == before


def line_said(capsys, program):
    """Give what was said: one line on standard error, nothing else there."""
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert len(lines) == 1, captured.err
    assert lines[0].startswith(f"{program}: error: ")
    return lines[0]
