/* inspector.js: where one note came from. */
import { byId, el, say } from './dom.js';
import { clock, drumName, keyName } from './format.js';
import { originsOf, ruleOf } from './origin.js';

/** @typedef {import('./sidecar.js').Piece} Piece */
/** @typedef {import('./sidecar.js').Note} Note */

/** @type {[number, string][]} */
const FLAGS = [[1, 'slide'], [2, 'accent'], [4, 'tie'], [8, 'ghost']];

/** @param {Piece} piece @param {Note} note @param {boolean} [aloud] */
export function noteTitle(piece, note, aloud = false) {
    return piece.tracks[note.track].drum ? drumName(note.key) : keyName(note.key, aloud);
}

function factList(facts) {
    return el('dl', { class: 'facts' }, ...facts.flatMap(([name, text]) => [
        el('dt', {}, name), el('dd', {}, text),
    ]));
}

function measureRow({ parts, feature, value, norm }) {
    const place = norm === null ? 'all its numbers are equal'
        : `at ${Math.round(norm * 100)} % of its range`;
    return el('li', { class: 'measure' },
        el('h4', {}, parts.join(', ')),
        el('p', { class: 'number' }, el('span', {}, feature), ' = ', el('b', {}, value)),
        norm === null ? null : el('meter', { min: 0, max: 1, value: norm, 'aria-label': 'place' }),
        el('p', { class: 'help' }, place));
}

function originCard({ place, measures }) {
    return el('li', {}, factList(place),
        el('ul', { class: 'measures' }, ...measures.map(measureRow)));
}

export class Inspector {
    constructor() {
        this.box = byId('inspector-body');
        this.empty = this.box.firstElementChild;
    }

    clear() {
        this.box.replaceChildren(this.empty);
    }

    /** @param {Piece} piece @param {Note} note @param {boolean} [aloud] tell a screen reader */
    inspect(piece, note, aloud = true) {
        const track = piece.tracks[note.track];
        const origins = originsOf(piece, note);
        const flags = FLAGS.filter(([bit]) => note.flags & bit).map(([, name]) => name);
        const facts = [
            ['track', track.name],
            ['time', `${clock(note.t)}, for ${(note.end - note.t).toFixed(2)} s`],
            ['bar', `${note.bar}, beat ${Number(note.beat.toFixed(2))}`],
            ['loudness', `${Math.round(note.vel * 100)} %`],
            ['played', flags.join(', ')],
        ].filter(([, text]) => text !== '');
        this.box.replaceChildren(
            el('p', { class: 'note-name' },
                el('span', { class: `swatch swatch-${note.track % 8}` }),
                noteTitle(piece, note)),
            factList(facts),
            el('h3', {}, 'Made from'),
            origins.length ? el('ul', { class: 'origins' }, ...origins.map(originCard))
                : el('p', {}, 'No number of its own: the rule alone made it.'),
            el('h3', {}, 'By the rule'),
            el('p', { class: 'rule' }, ruleOf(piece, note)));
        if (aloud) say(`${noteTitle(piece, note, true)}, ${track.name}: its origin is shown`);
    }
}
