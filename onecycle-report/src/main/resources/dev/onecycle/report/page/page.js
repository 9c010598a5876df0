/** The state that survives a reload, if the browser lets the page store it. */
const memory = {
  key: 'onecycle ' + location.pathname,
  read() {
    try {
      return JSON.parse(sessionStorage.getItem(this.key)) ?? {};
    } catch {
      return {};
    }
  },
  write(state) {
    try {
      sessionStorage.setItem(this.key, JSON.stringify(state));
    } catch {
      // Private window or full storage: the page works, but forgets its state.
    }
  },
};

const kept = memory.read();
const figures = [...document.querySelectorAll('figure.figure')].map(
  node => new Figure(node, kept.figures?.[node.id]));
const details = [...document.querySelectorAll('details')];
/** The name of a details element: figure and title without numbers, which change from epoch to epoch. */
const detailsName = part =>
  (part.closest('figure')?.id ?? '') + ' ' + part.firstElementChild.textContent.replace(/[\d,]+/g, '');
details.forEach(each => { if (kept.open?.includes(detailsName(each))) each.open = true; });
if (kept.scroll) scrollTo(0, kept.scroll);
dark.addEventListener('change', () => figures.forEach(figure => figure.draw()));

const follow = document.querySelector('#follow');
if (follow) {
  follow.checked = kept.follow ?? true;
  follow.parentElement.hidden = false;
  const seconds = Number(follow.dataset.seconds);
  let pressed = false;
  addEventListener('pointerdown', () => { pressed = true; });
  addEventListener('pointerup', () => { pressed = false; });
  setInterval(() => {
    if (follow.checked && !document.hidden && !pressed) location.reload();
  }, seconds * 1000);
}
function save() {
  memory.write({
    figures: Object.fromEntries(figures.map(figure => [figure.node.id, figure.state()])),
    open: details.filter(each => each.open).map(detailsName),
    scroll: scrollY,
    follow: follow?.checked,
  });
}
addEventListener('pagehide', save);
/** A print shows the tables that are sections of their own. */
const folded = () => details.filter(each => each.parentElement.classList.contains('folded') && !each.open);
let opened = [];
addEventListener('beforeprint', () => { opened = folded(); opened.forEach(each => { each.open = true; }); });
addEventListener('afterprint', () => { opened.forEach(each => { each.open = false; }); opened = []; });
document.documentElement.dataset.ready = 'true';
