/* heatgrid.js: the numbers of a heat map and their colours. Every layer has a scale of its own:
 * norms grow with depth, and one scale for all would show only the last layers. Tokens that carry
 * ten times the median of their layer (attention sinks) do not stretch it. Pure. */

/**
 * @typedef {object} Heat heat.json
 * @property {number} layers rows, the embedding's among them
 * @property {string[]} tokens labels
 * @property {number[][]} norm [layers][tokens]
 * @property {number[][]|null} tension
 * @property {number[][]|null} entropy
 * @property {number[]|null} token_t seconds of each token's onset
 */

const SINK = 10;

/** Cividis (Nuñez, Anderton, Renslow 2018): the same to the eye with and without red and green. */
const CIVIDIS = [
    [0, 34, 78], [18, 53, 112], [59, 73, 108], [87, 93, 109], [112, 113, 115], [138, 134, 120],
    [165, 156, 116], [195, 179, 105], [225, 204, 85], [254, 232, 56],
];

/** @param {number} x 0..1 @returns {string} "rgb(...)" */
export function heatColour(x) {
    const at = Math.min(1, Math.max(0, x)) * (CIVIDIS.length - 1);
    const i = Math.min(CIVIDIS.length - 2, Math.floor(at));
    const mix = CIVIDIS[i].map((a, c) => Math.round(a + (CIVIDIS[i + 1][c] - a) * (at - i)));
    return `rgb(${mix.join(' ')})`;
}

function median(values) {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted.length ? sorted[sorted.length >> 1] : 0;
}

/**
 * One row between its least (0) and its greatest (1), sinks left out and clipped; a constant row is
 * 0.5; what is no number is null.
 * @param {(number|null)[]} row
 * @returns {(number|null)[]}
 */
export function scaleRow(row) {
    const finite = row.filter((x) => Number.isFinite(x));
    const limit = SINK * Math.abs(median(finite));
    const plain = limit > 0 ? finite.filter((x) => Math.abs(x) <= limit) : finite;
    const lo = Math.min(...plain);
    const hi = Math.max(...plain);
    return row.map((x) => {
        if (!Number.isFinite(x)) return null;
        if (hi <= lo) return 0.5;
        return Math.min(1, Math.max(0, (x - lo) / (hi - lo)));
    });
}

/** The quantities that this map has. @param {Heat} heat */
export function quantitiesOf(heat) {
    return ['norm', 'tension', 'entropy'].filter((q) => Array.isArray(heat[q]) && heat[q].length);
}

/** The first row is the embedding. @param {number} row */
export function rowName(row) {
    return row === 0 ? 'embedding' : `layer ${row - 1}`;
}

/**
 * The tokens that sound at a moment: all of the last onset, for those of a word have one in common.
 * @param {(number|null)[]|null} times
 * @param {number} now
 * @returns {number[]}
 */
export function tokensAt(times, now) {
    const begun = (times ?? []).filter((t) => t !== null && t <= now);
    if (begun.length === 0) return [];
    const last = Math.max(...begun);
    return times.flatMap((t, i) => (t === last ? [i] : []));
}
