const at = id => document.getElementById(id);
let address = '';
let asked = 0;

const trouble = text => {
  at('trouble').textContent = text;
  at('trouble').hidden = !text;
};

const cell = (row, text) => {
  const td = document.createElement('td');
  td.textContent = text;
  row.append(td);
  return td;
};

const show = prediction => {
  const body = at('answers');
  body.replaceChildren();
  for (const { name, value } of prediction.answers) {
    const row = document.createElement('tr');
    cell(row, name);
    if (prediction.kind === 'numbers') {
      cell(row, value.toPrecision(6));
    } else {
      const td = cell(row, '');
      const bar = document.createElement('span');
      bar.className = 'bar';
      const part = document.createElement('span');
      part.style.width = `${100 * value}%`;
      bar.append(part);
      td.append(bar, `${(100 * value).toFixed(1)} %`);
    }
    body.append(row);
  }
};

/** Sends a picture, and shows the answer unless another was sent in the meantime. */
const ask = async file => {
  const mine = ++asked;
  trouble('');
  at('time').textContent = 'asking …';
  if (address) URL.revokeObjectURL(address);
  address = URL.createObjectURL(file);
  at('picture').src = address;
  at('picture').alt = file.name;
  at('answers').replaceChildren();
  at('result').hidden = false;
  const begin = performance.now();
  try {
    const answer = await fetch('/api/predict?top=5', {
      method: 'POST', headers: { 'Content-Type': 'application/octet-stream' }, body: file,
    });
    const content = await answer.json();
    if (mine !== asked) return;
    if (!answer.ok) throw new Error(content.error.message);
    show(content);
    at('time').textContent = `answered in ${(performance.now() - begin).toFixed(0)} ms`;
  } catch (failure) {
    if (mine !== asked) return;
    at('time').textContent = '';
    trouble(failure instanceof TypeError ? 'The server does not answer.' : failure.message);
  }
};

const place = at('place');
if (place) {
  at('file').addEventListener('change', () => at('file').files.length && ask(at('file').files[0]));
  place.addEventListener('dragover', event => {
    event.preventDefault();
    place.classList.add('over');
  });
  place.addEventListener('dragleave', () => place.classList.remove('over'));
  place.addEventListener('drop', event => {
    event.preventDefault();
    place.classList.remove('over');
    if (event.dataTransfer.files.length) ask(event.dataTransfer.files[0]);
  });
  document.addEventListener('paste', event => {
    const files = event.clipboardData?.files ?? [];
    if (files.length) ask(files[0]);
  });
}
