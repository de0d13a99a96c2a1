/* heat.js: the heat map of tokens by layers, its column lit with the play head, its table. */
import { byId, el, show } from './dom.js';
import { digits } from './format.js';
import { heatColour, quantitiesOf, rowName, scaleRow, tokensAt } from './heatgrid.js';
import { fitCanvas, onThemeChange, readTheme } from './theme.js';

const LEFT = 40;
const LABELS = 66; // pixels under the map for the tokens

export class HeatMap {
    constructor() {
        this.canvas = byId('heat');
        this.menu = byId('heat-quantity');
        this.theme = readTheme();
        this.heat = null;
        this.lit = [];
        this.cell = { row: 0, col: 0 };
        onThemeChange(() => {
            this.theme = readTheme();
            this.draw();
        });
        new ResizeObserver(() => this.draw()).observe(this.canvas);
        this.menu.addEventListener('change', () => this.take());
        this.canvas.addEventListener('click', (e) => this.press(e));
        this.canvas.addEventListener('keydown', (e) => this.key(e));
    }

    clear() {
        this.heat = null;
        show(byId('heat-section'), false);
    }

    /** @param {import('./heatgrid.js').Heat} heat */
    load(heat) {
        this.heat = heat;
        this.lit = [];
        this.cell = { row: 0, col: 0 };
        this.menu.replaceChildren(...quantitiesOf(heat).map((q) => el('option', { value: q }, q)));
        show(byId('heat-section'), true);
        this.take();
    }

    /** Takes the quantity that the menu says. */
    take() {
        this.values = this.heat[this.menu.value] ?? [];
        this.scaled = this.values.map(scaleRow);
        const { tokens } = this.heat;
        this.canvas.setAttribute('aria-label', `Heat map of ${this.menu.value}: `
            + `${this.values.length} layers by ${tokens.length} tokens. Arrow keys move from cell `
            + 'to cell. The table under it has the same numbers.');
        this.table();
        this.tell('');
        this.draw();
    }

    table() {
        const head = el('tr', {}, el('th', { scope: 'col' }, 'layer'),
            ...this.heat.tokens.map((t) => el('th', { scope: 'col' }, t)));
        const rows = this.values.map((row, i) => el('tr', {},
            el('th', { scope: 'row' }, rowName(i)),
            ...row.map((x) => el('td', {}, digits(x)))));
        byId('heat-table').replaceChildren(
            el('caption', { class: 'sr' }, `${this.menu.value} of each token in each layer`),
            el('thead', {}, head), el('tbody', {}, ...rows));
    }

    sizes() {
        const width = this.canvas.clientWidth - LEFT;
        const height = this.canvas.clientHeight - LABELS;
        return {
            cw: width / Math.max(1, this.heat.tokens.length),
            ch: height / Math.max(1, this.values.length),
            height,
        };
    }

    /** @param {number} now seconds @param {boolean} playing */
    follow(now, playing) {
        if (!this.heat) return;
        const lit = playing || now > 0 ? tokensAt(this.heat.token_t, now) : [];
        if (lit.join() === this.lit.join()) return;
        this.lit = lit;
        this.draw();
    }

    draw() {
        if (!this.heat || this.canvas.clientWidth === 0) return;
        const g = fitCanvas(this.canvas);
        g.clearRect(0, 0, this.canvas.clientWidth, this.canvas.clientHeight);
        this.cells(g);
        this.layerNames(g);
        this.tokenNames(g);
        this.marks(g);
    }

    cells(g) {
        const { cw, ch } = this.sizes();
        const n = this.scaled.length;
        this.scaled.forEach((row, r) => row.forEach((x, c) => {
            g.fillStyle = x === null ? this.theme.line : heatColour(x);
            const y = (n - 1 - r) * ch; // the first layer lies at the bottom
            g.fillRect(LEFT + c * cw, y, cw - (cw > 8 ? 1 : 0), ch - (ch > 8 ? 1 : 0));
        }));
    }

    layerNames(g) {
        const { ch } = this.sizes();
        const n = this.scaled.length;
        const step = Math.max(1, Math.ceil(13 / ch));
        g.font = '11px system-ui, sans-serif';
        g.fillStyle = this.theme.muted;
        g.textAlign = 'right';
        g.textBaseline = 'middle';
        for (let r = 0; r < n; r += step) {
            const name = rowName(r).replace('layer ', '').replace('embedding', 'emb');
            g.fillText(name, LEFT - 6, (n - 0.5 - r) * ch);
        }
    }

    tokenNames(g) {
        const { cw, height } = this.sizes();
        const step = Math.max(1, Math.ceil(14 / cw));
        g.textAlign = 'right';
        g.textBaseline = 'middle';
        this.heat.tokens.forEach((token, c) => {
            const now = this.lit.includes(c);
            if (c % step !== 0 && !now) return;
            g.save();
            g.font = `${now ? 'bold ' : ''}12px Georgia, serif`;
            g.fillStyle = now ? this.theme.ink : this.theme.muted;
            g.translate(LEFT + (c + 0.5) * cw, height + 8);
            g.rotate(-Math.PI / 3);
            g.fillText(token.trim().slice(0, 11), 0, 0);
            g.restore();
        });
    }

    marks(g) {
        const { cw, ch, height } = this.sizes();
        if (this.lit.length > 0) {
            const wide = (this.lit.at(-1) - this.lit[0] + 1) * cw;
            this.frame(g, { x: LEFT + this.lit[0] * cw, y: 1, wide: wide - 1, high: height - 2 });
        }
        if (this.told) {
            const y = (this.scaled.length - 1 - this.cell.row) * ch;
            this.frame(g, { x: LEFT + this.cell.col * cw, y, wide: cw, high: ch });
        }
    }

    /** A frame that is seen on dark cells and on light ones. */
    frame(g, { x, y, wide, high }) {
        for (const [width, colour] of [[5, this.theme.paper], [2, this.theme.accent]]) {
            g.lineWidth = width;
            g.strokeStyle = colour;
            g.strokeRect(x, y, wide, high);
        }
    }

    /** Says a cell in words. @param {string} text "" for none */
    tell(text) {
        this.told = text !== '';
        byId('heat-cell').textContent = text || 'Press a cell to read its number.';
    }

    choose(row, col) {
        if (this.values[row]?.[col] === undefined) return;
        this.cell = { row, col };
        this.tell(`“${this.heat.tokens[col].trim()}”, ${rowName(row)}: `
            + `${this.menu.value} ${digits(this.values[row][col])}`);
        this.draw();
    }

    press(e) {
        if (!this.heat) return;
        const box = this.canvas.getBoundingClientRect();
        const { cw, ch } = this.sizes();
        const row = this.values.length - 1 - Math.floor((e.clientY - box.top) / ch);
        this.choose(row, Math.floor((e.clientX - box.left - LEFT) / cw));
    }

    key(e) {
        const step = {
            ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
        }[e.key];
        if (!step || !this.heat) return;
        this.choose(this.cell.row + step[0], this.cell.col + step[1]);
        e.preventDefault();
    }
}
