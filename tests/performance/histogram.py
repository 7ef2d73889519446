"""A histogram of durations: a small SVG picture whose colors can be read on white and on black."""

import statistics
from collections.abc import Mapping, Sequence

WIDTH, HEIGHT, BAR = 720, 280, 4  # pixels
GROUND = HEIGHT - 40  # the axis
COLORS = ["#8b949e", "#2f81f7"]
STYLE = """
    text { font: 13px system-ui, sans-serif; fill: #7d8590 }
    .name { font-weight: bold }
    path { fill-opacity: 0.35; stroke-width: 1.5 }
"""


def histogram(title: str, series: Mapping[str, Sequence[float]]) -> str:
    """How many durations, in seconds, fall under each bar. Those beyond the right edge are only counted."""
    edge = 2 * max(map(statistics.median, series.values()))
    bars = WIDTH // BAR
    counts = [[0] * bars for _ in series]
    for count, durations in zip(counts, series.values(), strict=True):
        for duration in durations:
            if duration < edge:
                count[int(duration / edge * bars)] += 1
    highest = max(map(max, counts))

    parts = [f"<title>{title}</title>", f"<style>{STYLE}</style>"]
    for column, (name, durations) in enumerate(series.items()):
        color = COLORS[column]
        steps = "".join(f"V{GROUND * (1 - count / highest):.0f}h{BAR}" for count in counts[column])
        parts.append(f'<path d="M0 {GROUND}{steps}V{GROUND}" fill="{color}" stroke="{color}"/>')
        left = WIDTH - 260 + 130 * column
        parts.append(text(left, 30, name, f'class="name" style="fill: {color}"'))
        parts += [text(left, 52 + 18 * row, line) for row, line in enumerate(summary(durations, edge))]
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000) if edge * 1e6 / step <= 10)
    for tick in range(step, int(edge * 1e6), step):
        parts.append(text(tick / 1e6 / edge * WIDTH, GROUND + 18, tick, 'text-anchor="middle"'))
    parts.append(text(0, GROUND + 36, f"{title}, in microseconds"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}">\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def summary(durations: Sequence[float], edge: float) -> list[str]:
    *_, late = statistics.quantiles(durations, n=20, method="inclusive")
    figures = {
        "median": statistics.median(durations),
        "mean": statistics.fmean(durations),
        "95 % within": late,
        "slowest": max(durations),
    }
    beyond = sum(duration >= edge for duration in durations)
    return [*(f"{name} {figure * 1e6:,.0f}" for name, figure in figures.items()), f"{beyond} not shown"]


def text(x: float, y: float, content: object, attributes: str = "") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" {attributes}>{content}</text>'
