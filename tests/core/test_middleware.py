"""What holds for every answer."""

import gzip


def test_pages_are_compressed_and_kept_by_no_cache(client, supply_chains):
    response = client.get("/about/", headers={"accept-encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert b"Action Groups" in gzip.decompress(response.content)
    assert "no-store" in response.headers["Cache-Control"]
    assert "private" in response.headers["Cache-Control"]


def test_every_page_carries_the_strict_policy(client, db):
    policy = client.get("/about/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
