/* sidecar.js: piece.json (score/sidecar.h says how it is written) as notes with seconds. Pure. */

/**
 * @typedef {object} Note
 * @property {number} index in the piece, by time
 * @property {number} track
 * @property {number} t seconds
 * @property {number} end seconds
 * @property {number} bar from 1
 * @property {number} beat from 1
 * @property {number} key 69 is A4; fractions are microtones
 * @property {number} vel 0..1
 * @property {number} flags 1 slide, 2 accent, 4 tie, 8 ghost
 * @property {number} rule index
 * @property {number[]} from indices of sources: pitch, velocity, duration, timbre; -1 is none
 */
/** @typedef {{name: string, program: number, drum: boolean, size: number}} Track */
/**
 * @typedef {object} Piece
 * @property {string} title
 * @property {string} genre
 * @property {number} seconds
 * @property {Track[]} tracks those that have notes
 * @property {Note[]} notes by time
 * @property {{t: number, name: string}[]} sections
 * @property {{t: number, bar: number}[]} bars
 * @property {string[]} text how the piece describes itself
 * @property {string[]} rules
 * @property {object[]} vectors
 * @property {number[][]} sources
 * @property {string[]} sourceFields
 * @property {{name: string, family: string}[]} models
 */

const PARTS = ['pitch_from', 'velocity_from', 'duration_from', 'timbre_from'];

/**
 * Seconds of a tick under a list of tempos.
 * @param {[number, number][]} tempos tick, quarter notes a minute
 * @param {number} ppq ticks a quarter note
 * @returns {(tick: number) => number}
 */
export function tickClock(tempos, ppq) {
    const list = tempos.length ? tempos : [[0, 120]];
    return (tick) => {
        let seconds = 0;
        for (let i = 0; i < list.length; i++) {
            const [from, bpm] = list[i];
            if (i > 0 && from >= tick) break;
            const to = i + 1 < list.length ? Math.min(tick, list[i + 1][0]) : tick;
            seconds += ((to - from) * 60) / (bpm * ppq);
        }
        return seconds;
    };
}

/** The tick where each bar begins, until the piece's length. */
function barTicks(meters, ppq, length) {
    const list = meters.length ? meters : [[0, 4, 4]];
    const ticks = [];
    list.forEach(([from, num, den], i) => {
        const to = i + 1 < list.length ? list[i + 1][0] : length;
        const size = Math.max(1, (num * ppq * 4) / den);
        for (let tick = from; tick < to; tick += size) ticks.push(tick);
    });
    return ticks;
}

/** One row of a track as a Note, by the names of its fields. */
function noteOf(row, at, track) {
    return {
        index: 0,
        track,
        t: row[at.at],
        end: row[at.to],
        bar: row[at.bar],
        beat: row[at.beat],
        key: row[at.key],
        vel: row[at.velocity],
        flags: row[at.flags],
        rule: row[at.rule],
        from: PARTS.map((p) => row[at[p]] ?? -1),
    };
}

/** @param {any} json piece.json @returns {Piece} */
export function readPiece(json) {
    const at = Object.fromEntries(json.note_fields.map((name, i) => [name, i]));
    const seconds = tickClock(json.tempos ?? [], json.ppq);
    const full = json.tracks.filter((t) => t.notes.length > 0);
    const notes = full.flatMap((t, k) => t.notes.map((row) => noteOf(row, at, k)));
    notes.sort((a, b) => a.t - b.t || a.track - b.track || a.key - b.key);
    notes.forEach((n, i) => { n.index = i; });
    return {
        title: json.title,
        genre: json.genre,
        seconds: json.seconds,
        tracks: full.map((t) => ({
            name: t.name, program: t.program, drum: Boolean(t.drum), size: t.notes.length,
        })),
        notes,
        sections: (json.sections ?? []).map(([tick, name]) => ({ t: seconds(tick), name })),
        bars: barTicks(json.meters ?? [], json.ppq, json.length)
            .map((tick, i) => ({ t: seconds(tick), bar: i + 1 })),
        text: json.text ?? [],
        rules: json.rules ?? [],
        vectors: json.vectors ?? [],
        sources: json.sources ?? [],
        sourceFields: json.source_fields ?? ['vector', 'lane', 'value', 'norm'],
        models: json.models ?? [],
    };
}
