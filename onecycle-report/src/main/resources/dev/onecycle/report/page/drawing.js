'use strict';

const DARK_COLOURS = {
  '#000000': '#e8e8e8', '#0072B2': '#4fb0ea', '#D55E00': '#ff8c42', '#009E73': '#2fc898',
  '#CC79A7': '#e59cc4', '#E69F00': '#f0b429', '#56B4E9': '#7cc8f5', '#8c8c8c': '#8c8c8c',
};
const dark = matchMedia('(prefers-color-scheme: dark)');
const pageColour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const themed = colour => (dark.matches && DARK_COLOURS[colour]) || colour;

const number = value => {
  if (value == null || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e9) return String(value);
  return size !== 0 && (size < 1e-4 || size >= 1e9)
    ? String(Number(value.toPrecision(4)).toExponential()).replace('e+', 'e') : String(Number(value.toPrecision(4)));
};

const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

/** The value nearest to an index of a joined series; the curve may have no point there. */
const nearest = (values, index) => {
  for (let distance = 0; distance < values.length; distance++) {
    for (const i of [index - distance, index + distance]) {
      if (values[i] != null) return values[i];
    }
  }
  return null;
};

/** Ticks of a logarithmic axis: powers of ten, about six of them; with 2 and 5 between if there are few. */
const decades = (low, high) => {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const every = Math.max(1, Math.ceil((last - first) / 6));
  const digits = last - first <= 2 ? [1, 2, 5] : [1];
  const ticks = [];
  for (let power = Math.ceil(first / every) * every; power <= last; power += every) {
    for (const digit of digits) {
      const tick = Number(digit + 'e' + power);
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
};

/** Shades every other phase behind a plot, and writes the names that fit. */
const drawPhases = (plot, phases, logX, named) => {
  const { ctx, bbox } = plot;
  const at = x => Math.min(bbox.left + bbox.width, Math.max(bbox.left, plot.valToPos(x, 'x', true)));
  const ratio = devicePixelRatio || 1;
  ctx.save();
  phases.forEach((phase, i) => {
    const begin = at(logX ? Math.max(phase.first - 0.5, 0.5) : phase.first - 0.5);
    const end = at(phase.last + 0.5);
    if (i % 2 === 1) {
      ctx.fillStyle = pageColour('--shade');
      ctx.fillRect(begin, bbox.top, end - begin, bbox.height);
    }
    ctx.fillStyle = pageColour('--soft');
    ctx.font = 11 * ratio + 'px system-ui, sans-serif';
    ctx.textAlign = 'center';
    if (named && ctx.measureText(phase.name).width < end - begin) {
      ctx.fillText(phase.name, (begin + end) / 2, bbox.top - 4 * ratio);
    }
  });
  ctx.restore();
};

/** Writes into the middle of an empty plot what it will show. */
const drawNothing = (plot, text) => {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = pageColour('--soft');
  ctx.font = 13 * (devicePixelRatio || 1) + 'px system-ui, sans-serif';
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.fillText(text, bbox.left + bbox.width / 2, bbox.top + bbox.height / 2);
  ctx.restore();
};

/** Draws vertical lines. */
const drawMarkers = (plot, markers) => {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const marker of markers) {
    const x = plot.valToPos(marker.x, 'x', true);
    if (!(x >= bbox.left && x <= bbox.left + bbox.width)) continue;
    ctx.strokeStyle = themed(marker.colour);
    ctx.lineWidth = marker.width * (devicePixelRatio || 1);
    ctx.setLineDash(marker.dash.map(d => d * (devicePixelRatio || 1)));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
};
