/** How often the board asks for news. */
const PERIOD = 2000;
const main = document.querySelector('main');
const MAX_TICKS = Number(main.dataset.max);
const at = id => document.getElementById(id);

/** What the reader has chosen, which survives a reload if the browser lets the page store it. */
const store = {
  read() {
    try {
      return JSON.parse(sessionStorage.getItem('onecycle board')) ?? {};
    } catch {
      return {};
    }
  },
  write(state) {
    try {
      sessionStorage.setItem('onecycle board', JSON.stringify(state));
    } catch {
      // Private window or full storage: the page works, but forgets its state.
    }
  },
};
const kept = store.read();
const state = {
  filter: kept.filter ?? '', state: kept.state ?? '', model: kept.model ?? '',
  sort: kept.sort ?? 'started', down: kept.down ?? true,
  settings: kept.settings ?? [], ticks: kept.ticks ?? null,
};
const save = () => store.write(state);

let runs = [];
let runsVersion = '';
let comparison = { compared: [], figures: [], differences: [] };
let comparisonVersion = '';
const figures = new Map();

const when = text => {
  if (!text) return '';
  const time = new Date(text);
  const two = value => String(value).padStart(2, '0');
  return time.getFullYear() + '-' + two(time.getMonth() + 1) + '-' + two(time.getDate()) +
    ' ' + two(time.getHours()) + ':' + two(time.getMinutes());
};
const duration = seconds => {
  if (!seconds) return '';
  if (seconds < 120) return Math.round(seconds) + ' s';
  return seconds < 7200 ? Math.round(seconds / 60) + ' min' : (seconds / 3600).toFixed(1) + ' h';
};
const brief = (value, digits) => value == null ? '' : String(Number(value.toPrecision(digits)));
/** A result with its measure, where that is not the accuracy. */
const result = (run, text) => text == null ? '' : (run.measure === 'accuracy' ? '' : run.measure + ' ') + text;

/** Columns by name: a title, the value to sort and filter by, and a text. */
const COLUMNS = [
  { key: 'name', title: 'run', value: r => r.name },
  { key: 'state', title: 'state', value: r => r.state },
  { key: 'result', title: 'result', numeric: true, value: r => r.value, text: r => result(r, r.valueText), better: true },
  { key: 'best', title: 'best', numeric: true, value: r => r.best, text: r => result(r, r.bestText), better: true },
  { key: 'loss', title: 'loss', numeric: true, value: r => r.loss, text: r => brief(r.loss, 4) },
  { key: 'model', title: 'model', value: r => r.model },
  { key: 'data', title: 'data', value: r => r.data, long: true },
  { key: 'peak', title: 'peak rate', numeric: true, value: r => r.peak, text: r => r.peak == null ? '' : number(r.peak) },
  { key: 'epochs', title: 'epochs', numeric: true, value: r => r.epochs,
    text: r => r.planned == null || r.planned === r.epochs ? String(r.epochs) : r.epochs + ' of ' + r.planned },
  { key: 'time', title: 'time', numeric: true, value: r => r.seconds, text: r => duration(r.seconds) },
  { key: 'started', title: 'started', value: r => r.started, text: r => when(r.started) },
];

/** A setting is compared as a number where it is one in every run that has it. */
const settingColumn = name => ({
  key: name, title: name.replaceAll('_', ' '), long: true,
  numeric: runs.every(r => r.settings[name] == null || asNumber(r.settings[name]) != null),
  value: r => r.settings[name] == null ? undefined : asNumber(r.settings[name]) ?? r.settings[name],
  text: r => r.settings[name] ?? '',
});
const asNumber = text => text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : null;

/** Settings that are not the same in all runs, but those that have a column anyway. */
const differing = () => {
  const names = new Set(runs.flatMap(r => Object.keys(r.settings)));
  return [...names].filter(name => !COLUMNS.some(c => c.key === name) &&
    new Set(runs.filter(r => r.state !== 'damaged').map(r => r.settings[name] ?? '')).size > 1).sort();
};
const shownColumns = () => {
  const known = differing();
  return [...COLUMNS, ...state.settings.filter(name => known.includes(name)).map(settingColumn)];
};
const column = name => COLUMNS.find(c => c.key === name) ??
  (runs.some(r => Object.hasOwn(r.settings, name)) ? settingColumn(name) : null);

/** The parts of the filter: a predicate for each, or what is wrong with it. */
const TERM = /^([a-z][a-z0-9_]*)(<=|>=|!=|<|>|=|:)(.*)$/i;
const ALIASES = { accuracy: 'result', run: 'name', lr: 'peak', max_lr: 'peak', learning_rate: 'peak' };
const term = word => {
  const parts = TERM.exec(word);
  if (!parts) {
    const text = word.toLowerCase();
    return r => [r.name, r.model, r.data, r.state].some(v => v.toLowerCase().includes(text));
  }
  const [, given, sign, wanted] = parts;
  const name = given.toLowerCase();
  const found = column(name) ?? column(ALIASES[name] ?? '');
  if (!found) return 'there is no setting or column "' + given + '"';
  if (wanted === '') return r => found.value(r) != null || sign === '!=';
  const target = asNumber(wanted.replace(/%$/, ''));
  if ('<>'.includes(sign[0]) && target == null) return 'after ' + given + sign + ' there must be a number';
  const text = wanted.toLowerCase();
  const words = r => String(found.value(r) ?? '').toLowerCase();
  const same = r => words(r) === text || (target != null && found.value(r) === target);
  return {
    '=': same,
    '!=': r => !same(r),
    ':': r => words(r).includes(text),
    '<': r => found.value(r) < target,
    '<=': r => found.value(r) <= target,
    '>': r => found.value(r) > target,
    '>=': r => found.value(r) >= target,
  }[sign];
};

const matching = () => {
  const terms = state.filter.split(/\s+/).filter(word => word !== '').map(term);
  const wrong = terms.filter(each => typeof each === 'string');
  at('wrong').hidden = wrong.length === 0;
  at('wrong').textContent = wrong.length ? 'The filter is not applied whole: ' + wrong.join('; ') + '.' : '';
  const tests = terms.filter(each => typeof each === 'function');
  return runs.filter(r => (!state.state || r.state === state.state) && (!state.model || r.model === state.model) &&
    tests.every(test => test(r)));
};

/** Unknown values come last in both directions; results of other measures stand apart. */
const sorted = list => {
  const by = column(state.sort) ?? COLUMNS[0];
  const sign = state.down ? -1 : 1;
  return [...list].sort((a, b) => {
    const [x, y] = [by.value(a), by.value(b)];
    if (x == null || y == null) return (x == null) - (y == null) || a.name.localeCompare(b.name);
    if (by.better && a.measure !== b.measure) return a.measure.localeCompare(b.measure);
    const order = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y));
    return sign * order || a.name.localeCompare(b.name);
  });
};

const heading = each => {
  const button = element('button', { type: 'button', textContent: each.title });
  button.addEventListener('click', () => {
    // Names and the like rise first, numbers and times fall first; losses rise, for the lowest is best.
    const first = (each.numeric && each.key !== 'loss') || each.key === 'started';
    state.down = state.sort === each.key ? !state.down : first;
    state.sort = each.key;
    save();
    table();
    document.querySelector('#runs th[aria-sort] button')?.focus();
  });
  const cell = element('th', { scope: 'col', className: each.numeric ? 'number' : '' }, button);
  if (state.sort === each.key) cell.setAttribute('aria-sort', state.down ? 'descending' : 'ascending');
  return cell;
};

const tick = run => {
  const box = element('input', { type: 'checkbox', checked: state.ticks.includes(run.id) });
  box.setAttribute('aria-label', 'Show the curves of ' + run.name);
  box.dataset.id = run.id;
  box.addEventListener('change', () => {
    state.ticks = box.checked ? [...state.ticks, run.id] : state.ticks.filter(id => id !== run.id);
    save();
    marks();
    compare().catch(failed);
  });
  box.dataset.damaged = run.state === 'damaged' ? 'true' : '';
  return element('td', { className: 'tick' },
    element('label', {}, box, element('span', { className: 'swatch', hidden: true })));
};

/** Shows beside each box the stroke of its curves, and whether it can be ticked. */
const marks = () => {
  for (const box of document.querySelectorAll('#runs input[data-id]')) {
    const drawn = comparison.compared.find(c => c.id === box.dataset.id);
    const swatch = box.nextElementSibling;
    box.disabled = box.dataset.damaged !== '' || (!box.checked && state.ticks.length >= MAX_TICKS);
    swatch.hidden = !(drawn && box.checked);
    if (drawn) {
      swatch.style.borderTopColor = themed(drawn.colour);
      swatch.style.borderTopStyle = drawn.dashed ? 'dashed' : 'solid';
    }
  }
  at('full').hidden = state.ticks.length < MAX_TICKS;
};

const cell = (run, each) => {
  const text = each.text ? each.text(run) : String(each.value(run) ?? '');
  const made = element('td', { className: each.numeric ? 'number' : each.long ? 'long' : '' });
  if (each.key === 'name') {
    made.className = 'name';
    const name = element('bdi', { textContent: text });
    made.append(run.state === 'damaged' ? name : element('a', { href: 'report/' + run.id }, name));
    made.title = run.problem ?? text;
  } else if (each.key === 'state') {
    made.append(element('span', { className: 'state-' + run.state, textContent: text }));
    if (run.problem) made.title = run.problem;
  } else {
    made.append(element('bdi', { textContent: text }));
    if (each.long) made.title = text;
  }
  return made;
};

/** Draws the table; the place of its scroll bars stays, and so do headings that are the same. */
let headings = '';
const table = () => {
  const shown = sorted(matching());
  const columns = shownColumns();
  const spoken = element('span', { className: 'spoken', textContent: 'curves' });
  const now = [state.sort, state.down, ...columns.map(c => c.key)].join();
  if (now !== headings) {
    headings = now;
    at('runs').tHead.rows[0].replaceChildren(
      element('th', { scope: 'col', className: 'tick' }, spoken), ...columns.map(heading));
  }
  at('runs').tBodies[0].replaceChildren(
    ...shown.map(run => element('tr', {}, tick(run), ...columns.map(each => cell(run, each)))));
  marks();
  const count = n => n === 1 ? '1 run' : n + ' runs';
  at('count').textContent = runs.length === 0 ? 'There are no runs in this folder yet.'
    : shown.length === runs.length ? count(runs.length) : count(shown.length) + ' of ' + runs.length;
};

const choices = (id, values) => {
  const all = element('option', { value: '', textContent: 'all' });
  const wanted = state[id] && !values.includes(state[id]) ? [...values, state[id]] : values;
  at(id).replaceChildren(all, ...wanted.map(value => element('option', { value, textContent: value })));
  at(id).value = state[id];
};

/** The list of settings that can be columns. */
const settings = () => {
  const names = differing();
  at('columns').replaceChildren(...(names.length ? [] : ['none']), ...names.map(name => {
    const box = element('input', { type: 'checkbox', checked: state.settings.includes(name) });
    box.addEventListener('change', () => {
      state.settings = box.checked ? [...state.settings, name] : state.settings.filter(n => n !== name);
      save();
      table();
    });
    return element('label', { className: 'entry' }, box, element('span', { textContent: name }));
  }));
};

const figureNode = figure => element('figure', { className: 'figure', id: 'figure-' + figure.id },
  element('h3', { textContent: figure.title }),
  element('div', { className: 'still' }),
  element('script', { type: 'application/json', textContent: figure.data }),
  element('figcaption', { textContent: figure.note }));

/** Draws the figures; one that has not changed stays, and a new one keeps the zoom of the old. */
const draw = () => {
  const wanted = new Set(comparison.figures.map(f => f.id));
  for (const [id, drawn] of figures) {
    if (!wanted.has(id)) {
      drawn.figure.plots.forEach(plot => plot.destroy());
      drawn.figure.node.remove();
      figures.delete(id);
    }
  }
  for (const figure of comparison.figures) {
    const old = figures.get(figure.id);
    if (old?.data === figure.data) continue;
    const node = figureNode(figure);
    old ? old.figure.node.replaceWith(node) : at('figures').append(node);
    old?.figure.plots.forEach(plot => plot.destroy());
    const names = comparison.compared.map(c => c.id).join();
    const keeps = old && old.names === names ? old.figure.state() : null;
    figures.set(figure.id, { figure: new Figure(node, keeps), data: figure.data, names });
  }
  at('figures').append(...comparison.figures.map(f => figures.get(f.id).figure.node));
  at('sentence').textContent = comparison.sentence ??
    'Tick runs in the table to lay their curves over each other.';
  differences();
};

const differences = () => {
  if (comparison.compared.length < 2) {
    at('differences').replaceChildren();
    return;
  }
  const title = element('h2', { textContent: 'Settings that differ' });
  if (comparison.differences.length === 0) {
    at('differences').replaceChildren(title,
      element('p', { textContent: 'The runs have the same conditions and settings.' }));
    return;
  }
  const head = element('tr', {}, element('th', { scope: 'col', textContent: 'setting' }),
    ...comparison.compared.map(c => element('th', { scope: 'col' }, element('bdi', { textContent: c.name }))));
  const rows = comparison.differences.map(d => element('tr', {},
    element('th', { scope: 'row', textContent: d.name }),
    ...d.values.map(v => element('td', {}, element('bdi', { textContent: v })))));
  const box = element('div', { className: 'scroll', tabIndex: 0 }, element('table', {},
    element('thead', {}, head), element('tbody', {}, ...rows)));
  box.setAttribute('role', 'region');
  box.setAttribute('aria-label', 'Settings that differ');
  at('differences').replaceChildren(title, box);
};

const ask = async path => {
  const answer = await fetch(path, { cache: 'no-store' });
  if (answer.status === 204) return null;
  if (!answer.ok) throw new Error((await answer.json()).error.message);
  return answer.json();
};

/** Asks for the curves of the runs that are ticked. A later question overtakes an earlier one. */
let question = 0;
const compare = async () => {
  const mine = ++question;
  const asked = state.ticks.map(id => 'run=' + id).join('&');
  if (asked === '') {
    comparison = { compared: [], figures: [], differences: [] };
    comparisonVersion = '';
    draw();
    marks();
    return;
  }
  const news = await ask('api/comparison?' + asked + '&known=' + comparisonVersion);
  if (mine !== question || news === null) return;
  comparisonVersion = news.version;
  comparison = { compared: [], figures: [], differences: [], ...news };
  draw();
  marks();
};

const list = async () => {
  const news = await ask('api/runs?known=' + runsVersion);
  if (news === null) return;
  runsVersion = news.version;
  runs = news.runs;
  if (state.ticks === null) {
    const training = runs.filter(r => r.state === 'training');
    const newest = runs.filter(r => r.started).sort((a, b) => b.started.localeCompare(a.started));
    state.ticks = (training.length ? training : newest.slice(0, 1)).slice(0, MAX_TICKS).map(r => r.id);
  }
  state.ticks = state.ticks.filter(id => runs.some(r => r.id === id && r.state !== 'damaged'));
  choices('state', [...new Set(runs.map(r => r.state))].sort());
  choices('model', [...new Set(runs.map(r => r.model))].filter(m => m !== '').sort());
  settings();
  table();
};

const failed = e => {
  at('trouble').hidden = false;
  at('trouble').textContent = e instanceof TypeError
    ? 'The board does not answer; it may have been stopped. This is the last that it said.' : e.message;
};

/** One round of questions; the next one waits for its end. */
let asking = false;
let pressed = false; // a click on what is replaced under it would be lost
addEventListener('pointerdown', () => { pressed = true; });
for (const end of ['pointerup', 'pointercancel', 'blur']) addEventListener(end, () => { pressed = false; });
const refresh = async () => {
  if (asking || pressed || document.hidden) return;
  asking = true;
  try {
    await list();
    await compare();
    at('updated').textContent = ', ' + (runs.some(r => r.state === 'training') ? 'training now, ' : '') +
      'seen at ' + new Date().toTimeString().slice(0, 8);
    at('trouble').hidden = true;
  } catch (e) {
    failed(e);
  } finally {
    asking = false;
    document.documentElement.dataset.ready = 'true';
  }
};

at('filter').value = state.filter;
at('filter').addEventListener('input', () => { state.filter = at('filter').value; save(); table(); });
for (const id of ['state', 'model']) {
  at(id).addEventListener('change', () => { state[id] = at(id).value; save(); table(); });
}
dark.addEventListener('change', () => { figures.forEach(drawn => drawn.figure.draw()); table(); });
document.addEventListener('visibilitychange', refresh);
setInterval(refresh, PERIOD);
refresh();
