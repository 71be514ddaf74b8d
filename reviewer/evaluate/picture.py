"""An evaluation as a picture: kappa of every criterion with its interval, axes against experts, as SVG."""

from xml.sax.saxutils import escape

from reviewer.evaluate.agreement import Evaluation

ROW, LEFT, WIDTH = 18, 190, 420
SIDE = 180  # of a scatter plot


def picture(found: Evaluation) -> str:
    """A dot plot, the best criterion first; self-contained SVG."""
    rows = sorted((c for c in found.criteria if c.kappa.value is not None), key=lambda c: -(c.kappa.value or 0))
    plots = [axis for axis in ("impact", "feasibility") if any(axis in p.theirs for p in found.points)]
    dots = ROW * len(rows) + 60
    height = dots + (SIDE + 60 if plots else 0)

    def x(kappa: float) -> float:
        return round(LEFT + (max(-0.25, min(1.0, kappa)) + 0.25) / 1.25 * WIDTH, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 40}" height="{height}"',
        'font-family="sans-serif" font-size="11" role="img">',
        f"<title>Agreement with labels, {found.documents} documents ({escape(found.method)})</title>",
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    parts += [
        f'<line x1="{x(tick)}" x2="{x(tick)}" y1="20" y2="{dots - 30}" stroke="#ddd"/>'
        f'<text x="{x(tick)}" y="{dots - 14}" text-anchor="middle" fill="#444">{tick:g}</text>'
        for tick in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    for i, one in enumerate(rows):
        y = 32 + i * ROW
        kappa = one.kappa.value or 0.0
        colour = "#1b6ca8" if one.kind == "stated" else "#b35900"
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{escape(one.criterion)}</text>')
        if one.kappa.low is not None and one.kappa.high is not None:
            parts.append(
                f'<line x1="{x(one.kappa.low)}" x2="{x(one.kappa.high)}" y1="{y}" y2="{y}" stroke="{colour}"/>'
            )
        parts.append(f'<circle cx="{x(kappa)}" cy="{y}" r="4" fill="{colour}"/>')
    parts.append(
        f'<text x="{LEFT}" y="14" fill="#444">Cohen\'s kappa with 95 % interval: '
        '<tspan fill="#1b6ca8">stated</tspan>, <tspan fill="#b35900">assessed</tspan></text>'
    )
    for i, axis in enumerate(plots):
        parts += _scatter(found, axis, LEFT + i * (SIDE + 60), dots + 10)
    parts.append("</svg>\n")
    return "\n".join(parts)


def _scatter(found: Evaluation, axis: str, left: int, top: int) -> list[str]:
    """An axis against the experts' scores of 1 to 5, a dot for each document, its name on hover."""
    parts = [
        f'<rect x="{left}" y="{top}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#ddd"/>',
        f'<text x="{left}" y="{top + SIDE + 16}" fill="#444">{escape(axis)}: ours (up) by experts\' (right)</text>',
    ]
    for point in found.points:
        if axis in point.theirs and axis in point.ours:
            x = round(left + (point.theirs[axis] - 0.5) / 5 * SIDE, 1)
            y = round(top + SIDE - point.ours[axis] / 100 * SIDE, 1)
            dot = f'<circle cx="{x}" cy="{y}" r="4" fill="#1b6ca8" fill-opacity="0.5" class="document">'
            parts.append(f"{dot}<title>{escape(point.document)}</title></circle>")
    return parts
