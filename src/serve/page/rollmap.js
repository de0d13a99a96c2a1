/* rollmap.js: the geometry of the piano roll: time to x, key to y, and back from a point to a note.
 * Pitches stand in semitone rows; drums, which have no pitch, in a band of their own below, a row
 * a drum. Pure. */
import { spansWithin } from './timeline.js';

/** @typedef {import('./sidecar.js').Piece} Piece */
/** @typedef {import('./sidecar.js').Note} Note */
/**
 * @typedef {object} Rows
 * @property {number} lo lowest key
 * @property {number} hi highest key
 * @property {number[]} drums keys of the drum rows, from the top
 * @property {number} total rows, the gap above the drums included
 */
/**
 * @typedef {object} RollMap
 * @property {number} width CSS pixels
 * @property {number} height
 * @property {number} left where time begins
 * @property {number} top
 * @property {number} bottom
 * @property {number} t0 seconds at the left edge
 * @property {number} span seconds shown
 * @property {Rows} rows
 * @property {number} rowHeight
 */

/** Pixels round the notes; lyrics: under them, where there are words. */
export const GUTTER = { left: 36, top: 36, bottom: 12, lyrics: 44, right: 8 };
const MARGIN_KEYS = 2;
const DRUM_GAP = 1;

/** @param {Piece} piece @returns {Rows} */
export function rowsOf(piece) {
    let lo = Infinity;
    let hi = -Infinity;
    const drums = new Set();
    for (const n of piece.notes) {
        if (piece.tracks[n.track].drum) {
            drums.add(Math.round(n.key));
        } else {
            lo = Math.min(lo, Math.floor(n.key));
            hi = Math.max(hi, Math.ceil(n.key));
        }
    }
    const list = [...drums].sort((a, b) => b - a);
    if (lo > hi) return { lo: 60, hi: 59, drums: list, total: Math.max(1, list.length) };
    lo -= MARGIN_KEYS;
    hi += MARGIN_KEYS;
    const gap = list.length ? DRUM_GAP : 0;
    return { lo, hi, drums: list, total: hi - lo + 1 + gap + list.length };
}

/**
 * @param {Rows} rows
 * @param {{width: number, height: number, t0: number, span: number, lyrics: boolean}} view
 * @returns {RollMap}
 */
export function makeMap(rows, view) {
    const bottom = view.height - (view.lyrics ? GUTTER.lyrics : GUTTER.bottom);
    return {
        ...view,
        left: GUTTER.left,
        top: GUTTER.top,
        bottom,
        rows,
        rowHeight: (bottom - GUTTER.top) / rows.total,
    };
}

/** @param {RollMap} map @param {number} t */
export function xOf(map, t) {
    const room = map.width - map.left - GUTTER.right;
    return map.left + ((t - map.t0) / map.span) * room;
}

/** @param {RollMap} map @param {number} x */
export function timeAt(map, x) {
    const room = map.width - map.left - GUTTER.right;
    return map.t0 + ((x - map.left) / room) * map.span;
}

/** The middle of a key's row. @param {RollMap} map @param {number} key @param {boolean} drum */
export function yOf(map, key, drum) {
    const { rows, rowHeight, top } = map;
    if (!drum) return top + (rows.hi - key + 0.5) * rowHeight;
    const row = rows.drums.indexOf(Math.round(key));
    const above = rows.total - rows.drums.length;
    return top + (above + row + 0.5) * rowHeight;
}

/** The rectangle of a note. @param {RollMap} map @param {Piece} piece @param {Note} note */
export function boxOf(map, piece, note) {
    const drum = piece.tracks[note.track].drum;
    const height = Math.max(5, Math.min(map.rowHeight * 0.86, 15));
    const x = xOf(map, note.t);
    const width = drum ? Math.max(4, height) : Math.max(3, xOf(map, note.end) - x - 1);
    return { x, y: yOf(map, note.key, drum) - height / 2, width, height };
}

/** How far a point is from a box, 0 inside. */
function distance(box, x, y) {
    const dx = Math.max(box.x - x, 0, x - box.x - box.width);
    const dy = Math.max(box.y - y, 0, y - box.y - box.height);
    return Math.hypot(dx, dy);
}

/**
 * The note under a point, or near it; the shorter of two at the same distance.
 * @param {RollMap} map
 * @param {Piece} piece
 * @param {import('./timeline.js').Timeline<Note>} line
 * @param {{x: number, y: number, reach: number, hidden: Set<number>}} at reach: pixels beside it
 * @returns {Note|null}
 */
export function noteAt(map, piece, line, at) {
    let best = null;
    let least = at.reach + 0.01; // wider than the tie-break below
    const from = timeAt(map, at.x - at.reach - 20);
    for (const note of spansWithin(line, from, timeAt(map, at.x + at.reach))) {
        if (at.hidden.has(note.track)) continue;
        const box = boxOf(map, piece, note);
        const far = distance(box, at.x, at.y) + box.width * 1e-6;
        if (far < least) {
            least = far;
            best = note;
        }
    }
    return best;
}

/**
 * The note that an arrow key leads to: left and right by time, up and down to the nearest pitch
 * among those that begin about then.
 * @param {Note[]} notes by time, those shown
 * @param {Note|null} from
 * @param {'left'|'right'|'up'|'down'} way
 * @returns {Note|null}
 */
export function noteBeside(notes, from, way) {
    if (!from) return notes[0] ?? null;
    const at = notes.indexOf(from);
    if (way === 'left') return notes[Math.max(0, at - 1)] ?? null;
    if (way === 'right') return notes[Math.min(notes.length - 1, at + 1)] ?? null;
    const sign = way === 'up' ? 1 : -1;
    const cost = (n) => sign * (n.key - from.key) + Math.abs(n.t - from.t) * 12;
    let best = from;
    for (const n of notes) {
        const higher = sign * (n.key - from.key) > 0;
        if (higher && (best === from || cost(n) < cost(best))) best = n;
    }
    return best;
}

/** The window that follows the play head. @param {RollMap|{t0: number, span: number}} view */
export function windowFor(view, now, seconds, still) {
    const last = Math.max(0, seconds - view.span);
    if (still) {
        const inside = now >= view.t0 && now < view.t0 + view.span * 0.95;
        return Math.min(last, inside ? view.t0 : Math.max(0, now - view.span * 0.02));
    }
    return Math.min(last, Math.max(0, now - view.span * 0.3));
}
