// A plot as SVG: both axes logarithmic, a line through each row of points, and dashed
// what is expected from its first point on: the same, or proportional.

const WIDTH = 760;
const HEIGHT = 440;
const LEFT = 70;
const RIGHT = 170;
const TOP = 40;
const BOTTOM = 50;
const COLOURS = ['#0b62a4', '#c2410c', '#15803d', '#7c3aed', '#b91c1c', '#525252'];

// lines: [{ label, proportional, points: [[people, seconds], …] }, …]
export function plot({ title, lines }) {
  const all = lines.flatMap((line) => line.points);
  const x = scale(all.map(([people]) => people), LEFT, WIDTH - RIGHT, 0);
  const y = scale(all.map(([, seconds]) => seconds), HEIGHT - BOTTOM, TOP, 1);
  const path = (points) => points.map(([a, b], i) => `${i ? 'L' : 'M'}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join(' ');
  const labels = apart(lines.map((line) => y(line.points.at(-1)[1])));

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="22" font-size="14" font-weight="bold">${title}</text>`,
    ...y.ticks.map((t) => `<path d="M${LEFT} ${y(t)}H${WIDTH - RIGHT}" stroke="#ddd"/><text x="${LEFT - 8}" y="${y(t) + 4}" text-anchor="end">${time(t)}</text>`),
    ...lines[0].points.map(([people]) => `<path d="M${x(people)} ${TOP}V${HEIGHT - BOTTOM}" stroke="#ddd"/>` +
      `<text x="${x(people)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${people.toLocaleString('en')}</text>`),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 12}" text-anchor="middle">people; dashed is what is expected</text>`,
    ...lines.flatMap(({ label, proportional, points }, i) => {
      const colour = COLOURS[i % COLOURS.length];
      const [[people, seconds]] = points;
      const expected = points.map(([p]) => [p, proportional ? (seconds * p) / people : seconds]);
      return [
        `<path d="${path(expected)}" fill="none" stroke="${colour}" stroke-dasharray="2 4"/>`,
        `<path d="${path(points)}" fill="none" stroke="${colour}" stroke-width="2"/>`,
        ...points.map(([a, b]) => `<circle cx="${x(a).toFixed(1)}" cy="${y(b).toFixed(1)}" r="3" fill="${colour}"/>`),
        `<text x="${WIDTH - RIGHT + 10}" y="${labels[i] + 4}" fill="${colour}">${label}</text>`,
      ];
    }),
    '</svg>',
    '',
  ].join('\n');
}

// From the values to the picture; the ticks are powers of ten around them, or the ends themselves.
function scale(values, from, to, decades) {
  const [least, most] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))];
  const [low, high] = decades ? [Math.floor(least), Math.ceil(most)] : [least, most];
  const of = (value) => from + ((Math.log10(value) - low) / (high - low || 1)) * (to - from);
  of.ticks = Array.from({ length: Math.max(0, Math.floor(high) - Math.ceil(low) + 1) }, (_, i) => 10 ** (Math.ceil(low) + i));
  return of;
}

// Heights of labels, moved so that none covers another.
function apart(heights) {
  const order = heights.map((height, i) => [height, i]).sort((a, b) => a[0] - b[0]);
  for (let i = 1; i < order.length; i++) order[i][0] = Math.max(order[i][0], order[i - 1][0] + 15);
  return order.sort((a, b) => a[1] - b[1]).map(([height]) => Math.round(height));
}

const time = (seconds) => (seconds >= 1 ? `${seconds} s` : seconds >= 1e-3 ? `${Math.round(seconds * 1e3)} ms` : `${Math.round(seconds * 1e6)} µs`);
