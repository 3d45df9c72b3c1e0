import threading
from functools import partial
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from seqkit.errors import InputError
from seqkit.models.translation.downloads import cache_folder, fetch

CONTENT = b"one\ttwo\n" * 1000
RIGHT, WRONG = sha256(CONTENT).hexdigest(), sha256(b"else").hexdigest()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.path, self.headers["User-Agent"]))
        if self.path != "/pairs.tsv":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[: self.server.sent])

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked, server.sent = [], None
        server.url = f"http://127.0.0.1:{server.server_port}/pairs.tsv"
        threading.Thread(target=partial(server.serve_forever, 0.01)).start()
        yield server
        server.shutdown()


def said(*arguments):
    with pytest.raises(InputError) as raised:
        fetch(*arguments)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_files_of_this_machine_too(tmp_path):
    (tmp_path / "a.tsv").write_bytes(CONTENT)
    url = (tmp_path / "a.tsv").as_uri()
    assert fetch(url, tmp_path / "cache", RIGHT).read_bytes() == CONTENT
    assert "No such file" in said(url.replace("a.tsv", "b.tsv"), tmp_path / "cache")


@pytest.mark.parametrize("checksum", [RIGHT, None])
def test_downloads_once(server, tmp_path, checksum):
    path = fetch(server.url, tmp_path / "cache", checksum)
    assert path == tmp_path / "cache" / "pairs.tsv"
    assert path.read_bytes() == CONTENT
    assert fetch(server.url, tmp_path / "cache", checksum) == path
    assert len(server.asked) == 1
    assert server.asked[0][1].startswith("seqkit/")


def test_the_first_checksum_is_written_down_where_none_is_known(server, tmp_path):
    fetch(server.url, tmp_path)
    assert (tmp_path / "pairs.tsv.sha256").read_text() == f"{RIGHT}  pairs.tsv\n"
    (tmp_path / "pairs.tsv").write_bytes(CONTENT[:-1])
    message = said(server.url, tmp_path)
    assert "pairs.tsv: is not as it was downloaded" in message
    (tmp_path / "pairs.tsv").unlink()
    fetch(server.url, tmp_path)


def test_a_damaged_file_is_not_used(server, tmp_path):
    (tmp_path / "pairs.tsv").write_bytes(b"else")
    assert "is not as it was downloaded" in said(server.url, tmp_path, RIGHT)
    assert not server.asked


def test_another_file_than_expected_is_not_kept(server, tmp_path):
    message = said(server.url, tmp_path, WRONG)
    assert f"another file than expected: its SHA-256 is {RIGHT}, not {WRONG}" in message
    assert not list(tmp_path.iterdir())


def test_half_a_file_is_not_kept(server, tmp_path):
    server.sent = 100
    assert "only 100 of 8000 bytes came" in said(server.url, tmp_path)
    assert not list(tmp_path.iterdir())


def test_not_found(server, tmp_path):
    message = said(server.url.replace("pairs", "none"), tmp_path)
    assert "cannot be downloaded: HTTP Error 404: Not Found" in message
    assert "a file that you have already can be given instead" in message


def test_no_network(server, tmp_path):
    server.shutdown()
    server.server_close()
    assert "Connection refused" in said(server.url, tmp_path)


def test_a_folder_that_cannot_be(server, tmp_path):
    (tmp_path / "file").write_text("")
    assert "cannot be kept: " in said(server.url, tmp_path / "file" / "cache")


def test_the_cache_is_where_the_user_wants_it(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "seqkit"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "seqkit"
