/** A figure of the page; it replaces the still picture. */
class Figure {
  constructor(node, kept) {
    this.node = node;
    this.data = JSON.parse(node.querySelector('script').textContent);
    this.logX = kept?.logX ?? this.data.x.log;
    this.ownLogY = this.data.panels.some(p => p.y.log);
    this.logY = kept?.logY ?? this.ownLogY;
    this.zoom = kept?.zoom ?? null;
    this.hidden = new Set(kept?.hidden ?? []);
    this.shown = new Set(kept?.shown ??
      this.data.panels.flatMap(p => p.markers.filter(m => m.shown).map(m => m.name)));
    this.plots = [];
    this.outputs = new Map();
    this.surface = element('div', { className: 'plot', tabIndex: 0 });
    this.surface.setAttribute('role', 'group');
    this.surface.setAttribute('aria-label',
      node.querySelector('h3').textContent +
      ': arrow keys move along the curve, plus and minus zoom, 0 shows everything');
    this.spoken = element('p', { className: 'spoken' });
    this.spoken.setAttribute('aria-live', 'polite');
    this.controls = this.#controls();
    this.legend = this.#legend();
    const still = node.querySelector('.still');
    still.after(this.controls, this.surface, this.legend, this.spoken);
    node.classList.add('live');
    this.surface.addEventListener('keydown', event => this.#key(event));
    this.draw();
    new ResizeObserver(() => this.#fit()).observe(this.surface);
  }

  state() {
    return { logX: this.logX, logY: this.logY === this.ownLogY ? null : this.logY, zoom: this.zoom, hidden: [...this.hidden], shown: [...this.shown] };
  }

  /** The whole range of the x axis. */
  get #full() {
    const { low, high } = this.data.x;
    return [this.logX ? Math.max(low, this.#smallest) : low, high];
  }

  /** Whether a panel has no value, so that its scale means nothing. */
  #empty(panel) {
    return panel.traces.every(t => t.ys.every(y => y == null));
  }

  #positive(values) {
    return values.some(v => v > 0) && values.every(v => v == null || v >= 0);
  }

  /** Whether the values of a panel can be drawn on a logarithmic axis. */
  #canLog(panel) {
    return panel.y.title !== 'gap' && this.#positive(panel.traces.filter(t => t.inLegend).flatMap(t => t.ys));
  }

  #controls() {
    const row = element('div', { className: 'controls' });
    const button = (text, title, does) => {
      const made = element('button', { type: 'button', textContent: text, title });
      made.setAttribute('aria-label', title);
      made.addEventListener('click', does);
      row.append(made);
      return made;
    };
    if (this.data.panels.every(p => this.#empty(p))) return row;
    button('+', 'Zoom in', () => this.#zoomBy(0.5));
    button('−', 'Zoom out', () => this.#zoomBy(2));
    button('All', 'Show everything', () => this.#show(null));
    for (const axis of ['x', 'y']) {
      const possible = axis === 'x'
        ? this.#positive(this.data.panels.flatMap(p => p.traces.flatMap(t => t.xs)))
        : this.data.panels.some(p => this.#canLog(p));
      if (!possible) continue;
      const flag = axis === 'x' ? 'logX' : 'logY';
      const toggle = button('log ' + axis, 'Logarithmic ' + axis + ' axis', () => {
        this[flag] = !this[flag];
        toggle.setAttribute('aria-pressed', String(this[flag]));
        this.draw();
      });
      toggle.setAttribute('aria-pressed', String(this[flag]));
    }
    return row;
  }

  #legend() {
    const list = element('div', { className: 'legend' });
    this.place = element('output', { className: 'place' });
    if (this.data.panels.every(p => this.#empty(p))) return list;
    this.data.panels.forEach((panel, p) => panel.traces.forEach((trace, t) => {
      if (!trace.inLegend || trace.xs.length === 0) return;
      const key = p + '.' + t;
      const box = element('input', { type: 'checkbox', checked: !this.hidden.has(key) });
      box.addEventListener('change', () => {
        box.checked ? this.hidden.delete(key) : this.hidden.add(key);
        this.plots[p].setSeries(t + 1, { show: box.checked });
      });
      const value = element('output');
      this.outputs.set(key, value);
      list.append(element('label', { className: 'entry' }, box, this.#swatch(trace),
        element('span', { className: 'name', textContent: trace.name }), value));
    }));
    for (const panel of this.data.panels) {
      for (const marker of panel.markers) {
        const box = element('input', { type: 'checkbox', checked: this.shown.has(marker.name) });
        box.addEventListener('change', () => {
          box.checked ? this.shown.add(marker.name) : this.shown.delete(marker.name);
          this.plots.forEach(plot => plot.redraw());
        });
        list.append(element('label', { className: 'entry' }, box, this.#swatch(marker),
          element('span', { className: 'name', textContent: marker.name + ' ' + number(marker.x) })));
      }
    }
    list.append(element('span', { className: 'entry unplaced' },
      element('span', { className: 'name', textContent: this.data.x.title }), this.place));
    return list;
  }

  #swatch(drawn) {
    const swatch = element('span', { className: 'swatch' });
    swatch.style.borderTopColor = themed(drawn.colour);
    swatch.style.borderTopStyle = drawn.line === false ? 'dotted' : drawn.dash.length ? 'dashed' : 'solid';
    swatch.dataset.colour = drawn.colour;
    return swatch;
  }

  draw() {
    this.plots.forEach(plot => plot.destroy());
    this.surface.replaceChildren();
    this.legend.querySelectorAll('.swatch').forEach(s => { s.style.borderTopColor = themed(s.dataset.colour); });
    this.plots = this.data.panels.map((panel, p) => this.#plot(panel, p));
    if (this.zoom) this.#show(this.zoom);
  }

  #plot(panel, p) {
    const last = p === this.data.panels.length - 1;
    const logY = this.logY && this.#canLog(panel);
    const empty = this.#empty(panel);
    const text = pageColour('--text');
    const axis = { stroke: text, grid: { stroke: pageColour('--grid'), width: 1 },
      ticks: { stroke: pageColour('--grid'), width: 1 }, font: '12px system-ui, sans-serif',
      labelFont: '12px system-ui, sans-serif' };
    const all = (plot, splits) => splits; // the plotter leaves out those that are close in its view
    const values = (plot, splits) => splits.map(v => (v == null ? '' : number(v)));
    const series = panel.traces.map((trace, t) => ({
      label: trace.name,
      show: !this.hidden.has(p + '.' + t),
      stroke: themed(trace.colour),
      width: trace.line ? trace.width : 0,
      alpha: trace.opacity,
      dash: trace.dash.length ? trace.dash : undefined,
      paths: trace.line ? undefined : () => null,
      points: trace.line
        ? { show: trace.dots && trace.xs.length <= 60 || trace.xs.length === 1, size: 6, fill: themed(trace.colour) }
        : { show: true, size: trace.width + 1, fill: themed(trace.colour), width: 0 },
    }));
    const options = {
      width: this.#width(),
      height: Math.round(panel.height * 1.25) + (last ? 50 : 0) + (last && this.#epochs ? 54 : 0),
      legend: { show: false },
      cursor: {
        // The pointer moves together in all figures with this x axis; each figure has its own zoom.
        sync: { key: this.data.x.title, scales: ['x', null], filters: { pub: type => /^mouse(move|leave)$/.test(type) } },
        drag: { x: true, y: false, dist: 5 },
        bind: { dblclick: () => () => { this.#show(null); } },
      },
      scales: {
        x: { time: false, distr: this.logX ? 3 : 1, range: (plot, low, high) => [low, high] },
        y: { distr: logY ? 3 : 1, range: (plot, low, high) => this.#yRange(panel, logY, low, high) },
      },
      axes: [
        last ? { ...axis, values, size: 36, label: this.data.x.title, labelSize: 20 }
          : { ...axis, values: () => [], size: 10 },
        { ...axis, values, size: 62, label: panel.y.title, labelSize: 20, space: panel.height > 120 ? 30 : 20,
          ...(empty ? { values: () => [], grid: { show: false }, ticks: { show: false } } : {}),
          ...(logY ? { splits: (plot, index, low, high) => decades(low, high), filter: all, incrs: (plot, index, low, high) => [Math.max(10, high - low)],
            values: (plot, splits) => splits.map(v => (v >= 1e6 ? v.toExponential().replace('e+', 'e') : number(v))),
            grid: { ...axis.grid, filter: all }, ticks: { ...axis.ticks, filter: all } } : {}) },
        ...(last && this.#epochs ? [this.#epochAxis(axis)] : []),
      ],
      series: [{}, ...series],
      hooks: {
        drawClear: [plot => drawPhases(plot, this.data.phases, this.logX, p === 0)],
        draw: [plot => {
          drawMarkers(plot, panel.markers.filter(m => this.shown.has(m.name)));
          if (empty) drawNothing(plot, panel.ifEmpty);
        }],
        setCursor: [plot => this.#tell(plot, p)],
        setScale: [(plot, key) => key === 'x' && this.#follow(plot)],
      },
    };
    const tables = panel.traces.map(t => [t.xs, logY ? t.ys.map(y => (y > 0 ? y : null)) : t.ys]);
    const joined = tables.length ? uPlot.join(tables) : [[]];
    const holder = element('div');
    this.surface.append(holder);
    const plot = new uPlot(options, joined, holder);
    const [low, high] = this.zoom ?? this.#full;
    plot.setScale('x', { min: this.logX ? Math.max(low, this.#smallest) : low, max: high });
    return plot;
  }

  /** The steps of an epoch, if a second axis counts epochs. */
  get #epochs() {
    return this.logX ? 0 : this.data.x.stepsPerEpoch;
  }

  /** Epochs, each at its last step. */
  #epochAxis(axis) {
    const steps = this.#epochs;
    return { ...axis, scale: 'x', side: 2, size: 36, label: 'epoch', labelSize: 18, grid: { show: false },
      splits: (plot, index, low, high) => {
        const room = (high - low) / steps / Math.max(1, plot.bbox.width / (devicePixelRatio || 1) / 40);
        const every = [1, 2, 5].flatMap(d => [0, 1, 2, 3, 4, 5].map(p => d * 10 ** p)).filter(e => e >= room)
          .reduce((least, e) => Math.min(least, e), Infinity);
        const splits = [];
        for (let epoch = every; epoch * steps - 1 <= high + 1e-9; epoch += every) {
          if (epoch * steps - 1 >= low) splits.push(epoch * steps - 1);
        }
        return splits;
      },
      values: (plot, splits) => splits.map(x => number((x + 1) / steps)) };
  }

  /** The smallest x that a logarithmic axis can show. */
  get #smallest() {
    let min = Infinity;
    for (const panel of this.data.panels) {
      for (const trace of panel.traces) {
        for (const x of trace.xs) if (x > 0 && x < min) min = x;
      }
    }
    return Number.isFinite(min) ? min : 1;
  }

  /** The y range: that of the still figure, or of the visible values when zoomed. */
  #yRange(panel, logY, low, high) {
    if (low == null || high == null) return [panel.y.low, panel.y.high];
    if (!this.zoom) {
      const floor = panel.y.low > 0 ? panel.y.low : low;
      if (panel.y.log) return [panel.y.low, panel.y.high];
      return logY ? [Math.max(low, floor) / 1.1, Math.max(panel.y.high, high, low * 2) * 1.1] : [panel.y.low, panel.y.high];
    }
    if (logY) return [low / 1.1, high * 1.1];
    const room = (high - low || Math.abs(high) || 1) * 0.06;
    return [low - room, high + room];
  }

  #width() {
    return Math.max(240, Math.floor(this.surface.clientWidth || this.node.clientWidth || 640));
  }

  #fit() {
    const width = this.#width();
    for (const plot of this.plots) {
      if (Math.abs(plot.width - width) > 1) plot.setSize({ width, height: plot.height });
    }
  }

  /** Writes the values under the pointer into the legend. */
  #tell(plot, p) {
    const index = plot.cursor.idx;
    this.place.textContent = index == null ? '' : number(plot.data[0][index]);
    this.place.parentElement?.classList.toggle('unplaced', index == null);
    this.data.panels[p].traces.forEach((trace, t) => {
      const output = this.outputs.get(p + '.' + t);
      if (output) output.textContent = index == null ? '' : number(nearest(plot.data[t + 1], index));
    });
  }

  #follow(plot) {
    if (this.following || this.plots.length === 0) return;
    const { min, max } = plot.scales.x;
    const [low, high] = this.#full;
    const all = min <= low + (high - low) * 1e-6 && max >= high - (high - low) * 1e-6;
    this.zoom = all ? null : [min, max];
    this.following = true;
    for (const other of this.plots) {
      if (other !== plot) other.setScale('x', { min, max });
    }
    this.following = false;
  }

  #show(range) {
    let [min, max] = range ?? this.#full;
    if (this.logX) min = Math.max(min, this.#smallest);
    this.zoom = range;
    this.following = true;
    this.plots.forEach(plot => plot.setScale('x', { min, max }));
    this.following = false;
  }

  #zoomBy(factor) {
    const plot = this.plots[0];
    const { min, max } = plot.scales.x;
    const to = this.logX ? Math.log : x => x;
    const from = this.logX ? Math.exp : x => x;
    const focus = plot.cursor.idx == null ? (to(min) + to(max)) / 2 : to(plot.data[0][plot.cursor.idx]);
    const low = from(focus - (focus - to(min)) * factor);
    const high = from(focus + (to(max) - focus) * factor);
    const [first, last] = this.#full;
    this.#show(low <= first && high >= last ? null : [Math.max(low, first), Math.min(high, last)]);
  }

  #key(event) {
    const plot = this.plots[0];
    const xs = plot.data[0];
    const now = plot.cursor.idx ?? 0;
    const step = event.shiftKey ? 20 : 1;
    const moves = { ArrowLeft: now - step, ArrowRight: now + step, Home: 0, End: xs.length - 1 };
    if (event.key in moves) {
      const to = Math.min(xs.length - 1, Math.max(0, moves[event.key]));
      for (const each of this.plots) {
        each.setCursor({ left: each.valToPos(xs[to], 'x'), top: each.over.clientHeight / 2 });
      }
      this.spoken.textContent = this.data.x.title + ' ' + this.place.textContent + ': ' +
        [...this.outputs.entries()].map(([key, output]) => {
          const [p, t] = key.split('.');
          return this.data.panels[p].traces[t].name + ' ' + output.textContent;
        }).join(', ');
    } else if (event.key === '+' || event.key === '=') {
      this.#zoomBy(0.5);
    } else if (event.key === '-') {
      this.#zoomBy(2);
    } else if (event.key === '0' || event.key === 'Escape') {
      this.#show(null);
    } else {
      return;
    }
    event.preventDefault();
  }
}
