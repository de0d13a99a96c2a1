/* notetable.js: the notes as a table, for who cannot see the roll or would rather read: a page of
 * rows at a time, each with a button that shows where the note came from. */
import { byId, el, show } from './dom.js';
import { clock, count } from './format.js';
import { noteTitle } from './inspector.js';
import { originLine } from './origin.js';

const PAGE = 100;

export class NoteTable {
    /** @param {(n: import('./sidecar.js').Note) => void} onChoose */
    constructor(onChoose) {
        this.onChoose = onChoose;
        this.body = byId('notes-body');
        this.track = byId('notes-track');
        this.page = 0;
        this.piece = null;
        this.track.addEventListener('change', () => this.turn(-this.page));
        byId('notes-back').addEventListener('click', () => this.turn(-1));
        byId('notes-on').addEventListener('click', () => this.turn(1));
    }

    /** @param {import('./sidecar.js').Piece} piece */
    load(piece) {
        this.piece = piece;
        this.page = 0;
        this.track.replaceChildren(el('option', { value: '' }, 'all tracks'),
            ...piece.tracks.map((t, i) => el('option', { value: String(i) },
                `${t.name} (${t.size})`)));
        this.fill();
    }

    chosenNotes() {
        if (this.track.value === '') return this.piece.notes;
        const track = Number(this.track.value);
        return this.piece.notes.filter((n) => n.track === track);
    }

    turn(pages) {
        if (!this.piece) return;
        const last = Math.max(0, Math.ceil(this.chosenNotes().length / PAGE) - 1);
        this.page = Math.min(last, Math.max(0, this.page + pages));
        this.fill();
    }

    fill() {
        const notes = this.chosenNotes();
        const from = this.page * PAGE;
        const shown = notes.slice(from, from + PAGE);
        this.body.replaceChildren(...shown.map((n) => this.row(n)));
        byId('notes-range').textContent = notes.length === 0 ? 'no notes'
            : `${from + 1} to ${from + shown.length} of ${count(notes.length, 'note')}`;
        show(byId('notes-pages'), notes.length > PAGE);
        byId('notes-back').disabled = this.page === 0;
        byId('notes-on').disabled = from + PAGE >= notes.length;
    }

    row(note) {
        const name = noteTitle(this.piece, note);
        const track = this.piece.tracks[note.track].name;
        const button = el('button', {
            type: 'button', class: 'link',
            'aria-label': `${noteTitle(this.piece, note, true)}: where it came from`,
            on: { click: () => this.onChoose(note) },
        }, name);
        return el('tr', {},
            el('td', {}, clock(note.t)),
            el('th', { scope: 'row' }, button),
            el('td', {}, track),
            el('td', {}, `${Math.round(note.vel * 100)} %`),
            el('td', { class: 'from' }, originLine(this.piece, note)));
    }
}
