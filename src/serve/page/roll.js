/* roll.js: the piano roll on the page: its window of time, its pointer and its keys. */
import { byId, calm, el, say } from './dom.js';
import { clock, count } from './format.js';
import { noteTitle } from './inspector.js';
import { makeMap, noteAt, noteBeside, rowsOf, timeAt, windowFor } from './rollmap.js';
import { paintRoll } from './rollpaint.js';
import { fitCanvas, onThemeChange, readTheme } from './theme.js';
import { makeTimeline } from './timeline.js';

/** @typedef {import('./sidecar.js').Note} Note */

const PIXELS_A_SECOND = 36; // what a note needs to be pressed with a finger
const JUMP = 0.25; // seconds: more than that between two frames is a move of the slider
const DRAG = 6; // pixels: less is a click
const REACH = { mouse: 4, pen: 6, touch: 14 };
const WAYS = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' };

export class Roll {
    /**
     * @param {{choose: (n: Note) => void, seek: (t: number) => void, toggle: () => void}} on
     */
    constructor(on) {
        this.on = on;
        this.canvas = byId('roll');
        this.theme = readTheme();
        this.hidden = new Set();
        this.piece = null;
        this.now = 0;
        onThemeChange(() => {
            this.theme = readTheme();
            this.draw();
        });
        new ResizeObserver(() => this.draw()).observe(this.canvas);
        this.listen();
    }

    listen() {
        this.canvas.addEventListener('keydown', (e) => this.key(e));
        this.canvas.addEventListener('pointerdown', (e) => this.grab(e));
        this.canvas.addEventListener('pointermove', (e) => this.drag(e));
        this.canvas.addEventListener('pointerup', (e) => this.drop(e));
        this.canvas.addEventListener('pointercancel', () => { this.grip = null; });
        byId('zoom-in').addEventListener('click', () => this.zoom(0.5));
        byId('zoom-out').addEventListener('click', () => this.zoom(2));
    }

    /** @param {import('./sidecar.js').Piece} piece @param {import('./words.js').Word[]} words */
    load(piece, words) {
        this.piece = piece;
        this.words = words.map((w) => ({ t: w.t, end: w.t + w.dur, text: w.text }));
        this.words.sort((a, b) => a.t - b.t);
        this.line = makeTimeline(piece.notes);
        this.rows = rowsOf(piece);
        this.hidden.clear();
        this.chosen = null;
        this.following = true;
        this.now = 0;
        const room = Math.max(200, this.canvas.clientWidth);
        this.view = { t0: 0, span: Math.min(piece.seconds, room / PIXELS_A_SECOND) };
        this.legend();
        this.canvas.setAttribute('aria-label',
            `Piano roll: ${count(piece.notes.length, 'note')} in `
            + `${count(piece.tracks.length, 'track')}. Arrow keys move from note to note, Enter `
            + 'shows where one came from, space plays and pauses. The table has the same notes.');
        this.draw();
    }

    legend() {
        byId('legend').replaceChildren(...this.piece.tracks.map((track, i) => {
            const flip = () => {
                const on = this.hidden.delete(i);
                if (!on) this.hidden.add(i);
                button.setAttribute('aria-pressed', String(on));
                this.draw();
            };
            const hollow = i >= 8 ? ' hollow' : '';
            const button = el('button', {
                type: 'button', class: 'track', 'aria-pressed': 'true', on: { click: flip },
            }, el('span', { class: `swatch swatch-${i % 8}${hollow}` }), track.name);
            return el('li', {}, button);
        }));
    }

    /** @param {number} now seconds @param {boolean} playing */
    follow(now, playing) {
        if (!this.piece) return;
        const jumped = Math.abs(now - this.now) > JUMP;
        this.now = now;
        this.following ||= jumped;
        if (this.following && (playing || jumped)) {
            this.view.t0 = windowFor(this.view, now, this.piece.seconds, calm());
        }
        this.draw();
    }

    /** Follows the play head again, from now. */
    refollow() {
        this.following = true;
        if (!this.piece) return;
        this.view.t0 = windowFor(this.view, this.now, this.piece.seconds, calm());
        this.draw();
    }

    map() {
        return makeMap(this.rows, {
            width: this.canvas.clientWidth, height: this.canvas.clientHeight,
            lyrics: this.words.length > 0, ...this.view,
        });
    }

    draw() {
        if (!this.piece || this.canvas.clientWidth === 0) return;
        paintRoll(fitCanvas(this.canvas), { ...this, map: this.map() }, this.theme);
    }

    /** @param {number} factor under 1 shows less */
    zoom(factor) {
        if (!this.piece) return;
        const { seconds } = this.piece;
        const middle = this.view.t0 + this.view.span / 2;
        const span = Math.min(seconds, Math.max(2, this.view.span * factor));
        this.view = { span, t0: Math.min(Math.max(0, middle - span / 2), seconds - span) };
        this.draw();
    }

    /** Moves the window so that a note can be seen, and marks it. @param {Note} note */
    reveal(note) {
        this.chosen = note;
        const { t0, span } = this.view;
        if (note.t < t0 || note.t > t0 + span * 0.95) {
            const last = Math.max(0, this.piece.seconds - span);
            this.view.t0 = Math.min(last, Math.max(0, note.t - span * 0.3));
            this.following = false;
        }
        this.draw();
    }

    at(e) {
        const box = this.canvas.getBoundingClientRect();
        return { x: e.clientX - box.left, y: e.clientY - box.top };
    }

    grab(e) {
        if (!this.piece || e.button !== 0) return;
        this.grip = { x: e.clientX, t0: this.view.t0, moved: false };
        this.canvas.setPointerCapture(e.pointerId);
    }

    drag(e) {
        if (!this.grip) return;
        const far = e.clientX - this.grip.x;
        this.grip.moved ||= Math.abs(far) > DRAG;
        if (!this.grip.moved) return;
        const map = this.map();
        const shift = timeAt(map, far) - timeAt(map, 0);
        const last = Math.max(0, this.piece.seconds - this.view.span);
        this.view.t0 = Math.min(last, Math.max(0, this.grip.t0 - shift));
        this.following = false;
        this.draw();
    }

    drop(e) {
        const { grip } = this;
        this.grip = null;
        if (!grip || grip.moved) return;
        const reach = REACH[e.pointerType] ?? REACH.mouse;
        const map = this.map();
        const at = this.at(e);
        const note = noteAt(map, this.piece, this.line, { ...at, reach, hidden: this.hidden });
        if (note) this.pick(note);
        else if (at.x >= map.left) this.on.seek(Math.max(0, timeAt(map, at.x)));
    }

    pick(note) {
        this.reveal(note);
        this.on.choose(note);
    }

    key(e) {
        if (!this.piece || e.ctrlKey || e.metaKey || e.altKey) return;
        if (WAYS[e.key]) this.step(WAYS[e.key]);
        else if (e.key === 'Enter' && this.chosen) this.pick(this.chosen);
        else if (e.key === ' ') this.on.toggle();
        else if (e.key === '+' || e.key === '=') this.zoom(0.5);
        else if (e.key === '-') this.zoom(2);
        else return;
        e.preventDefault();
    }

    step(way) {
        const notes = this.piece.notes.filter((n) => !this.hidden.has(n.track));
        const note = noteBeside(notes, this.chosen, way);
        if (!note) return;
        this.reveal(note);
        const track = this.piece.tracks[note.track].name;
        say(`${noteTitle(this.piece, note, true)}, ${track}, at ${clock(note.t)}`);
    }
}
