import statistics
import time


def test_405_takes_about_as_long_as_a_404(client):
    def seconds(method, path):
        began = time.perf_counter()
        client.open(path, method=method)
        return time.perf_counter() - began

    ratios = [seconds("POST", "/hello") / seconds("GET", "/nothing") for _ in range(30)]

    assert statistics.median(ratios) < 5
