/* origin.js: where a note came from, in words: each number that made it, with the tensor, layer,
 * token, value and place in its range. Pure. */
import { digits } from './format.js';

/** @typedef {import('./sidecar.js').Piece} Piece */
/** @typedef {import('./sidecar.js').Note} Note */
/**
 * @typedef {object} Measure one number
 * @property {string[]} parts what it made: "pitch", "velocity", "duration", "timbre"
 * @property {string} feature "sv[12]", with its unit
 * @property {string} value
 * @property {number|null} norm its place between the least (0) and the greatest (1)
 */
/**
 * @typedef {object} Origin numbers that were found at one place
 * @property {[string, string][]} place name and value, in the order to be read
 * @property {Measure[]} measures
 */

const PART = ['pitch', 'velocity', 'duration', 'timbre'];

/** "layer 3", "embedding" for what has a token but no layer, "" where there is none. */
export function layerOf(vector) {
    if (vector.layer !== undefined) return `layer ${vector.layer}`;
    return vector.table === 'weights' ? '' : 'embedding';
}

/** "“forest” (number 1)" of a vector of a token or a word, "" of others. */
function tokenOf(vector) {
    if (vector.token === undefined) return '';
    const label = vector.label ? `“${vector.label}”, ` : '';
    return `${label}number ${vector.token}`;
}

function featureOf(vector, lane) {
    const unit = vector.unit ? ` (${vector.unit})` : '';
    return `${vector.feature}[${lane}]${unit}`;
}

function placeOf(piece, vector) {
    const model = piece.models[vector.model]?.name ?? '';
    const tensor = vector.table === 'weights' ? vector.label ?? '' : '';
    const kind = vector.table === 'words' ? 'word' : 'token';
    return [
        ['tensor', tensor],
        ['role', vector.role ?? ''],
        ['layer', layerOf(vector)],
        ['head', vector.head === undefined ? '' : String(vector.head)],
        [kind, tokenOf(vector)],
        ['model', piece.models.length > 1 ? model : ''],
    ].filter(([, text]) => text !== '');
}

/** What each source made: source index to parts, in the order of the parts. */
function partsBySource(piece, note) {
    const parts = new Map();
    note.from.forEach((source, i) => {
        if (source < 0 || !piece.sources[source]) return;
        parts.set(source, [...(parts.get(source) ?? []), PART[i]]);
    });
    return parts;
}

/**
 * The numbers behind a note, each once, by the places where they were found.
 * @param {Piece} piece
 * @param {Note} note
 * @returns {Origin[]}
 */
export function originsOf(piece, note) {
    const field = Object.fromEntries(piece.sourceFields.map((name, i) => [name, i]));
    const found = new Map();
    for (const [source, parts] of partsBySource(piece, note)) {
        const row = piece.sources[source];
        const vector = piece.vectors[row[field.vector]] ?? {};
        const place = placeOf(piece, vector);
        const name = JSON.stringify(place);
        if (!found.has(name)) found.set(name, { place, measures: [] });
        found.get(name).measures.push({
            parts,
            feature: featureOf(vector, row[field.lane]),
            value: digits(row[field.value]),
            norm: row[field.norm] ?? null,
        });
    }
    return [...found.values()];
}

/** The rule that made a note. @param {Piece} piece @param {Note} note */
export function ruleOf(piece, note) {
    return piece.rules[note.rule] ?? '';
}

/** One line for a list: what made the pitch. @param {Piece} piece @param {Note} note */
export function originLine(piece, note) {
    const first = originsOf(piece, note)[0];
    if (!first) return '';
    const { feature, value } = first.measures[0];
    const place = first.place
        .filter(([name]) => name !== 'role' && name !== 'model')
        .map(([, text]) => text);
    return [...place, `${feature} = ${value}`].join(', ');
}
