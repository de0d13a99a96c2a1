/* format.js: numbers, times and keys as people read them. Pure. */

const NAMES = ['C', 'C♯', 'D', 'D♯', 'E', 'F', 'F♯', 'G', 'G♯', 'A', 'A♯', 'B'];
const SPOKEN = ['C', 'C sharp', 'D', 'D sharp', 'E', 'F', 'F sharp', 'G', 'G sharp', 'A',
    'A sharp', 'B'];

/** @param {number} seconds @returns {string} "1:07" */
export function clock(seconds) {
    const s = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
    return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
}

/** @param {number} seconds @returns {string} "1 minute 7 seconds" */
export function spokenTime(seconds) {
    const s = Math.max(0, Math.round(Number.isFinite(seconds) ? seconds : 0));
    const part = (n, unit) => `${n} ${unit}${n === 1 ? '' : 's'}`;
    if (s < 60) return part(s, 'second');
    const rest = s % 60;
    return part(Math.floor(s / 60), 'minute') + (rest ? ` ${part(rest, 'second')}` : '');
}

/**
 * A MIDI key by name, with the cents of a microtone.
 * @param {number} key 69 is A4
 * @param {boolean} [aloud] "C sharp 4" instead of "C♯4"
 */
export function keyName(key, aloud = false) {
    const near = Math.round(key);
    const cents = Math.round((key - near) * 100);
    const pitch = ((near % 12) + 12) % 12;
    const octave = Math.floor(near / 12) - 1;
    const name = aloud ? `${SPOKEN[pitch]} ${octave}` : `${NAMES[pitch]}${octave}`;
    if (cents === 0) return name;
    return `${name} ${cents > 0 ? '+' : '−'}${Math.abs(cents)} ${aloud ? 'cents' : 'ct'}`;
}

/** Six significant digits, as the features have them. @param {number} x */
export function digits(x) {
    if (!Number.isFinite(x)) return '–';
    return String(Number(x.toPrecision(6)));
}

/** @param {number} n @param {string} one @param {string} [many] */
export function count(n, one, many = `${one}s`) {
    return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}

/** The General MIDI drum keys that our kits use. @param {number} key */
export function drumName(key) {
    const drums = {
        35: 'kick', 36: 'kick', 37: 'rim', 38: 'snare', 39: 'clap', 40: 'snare', 41: 'low tom',
        42: 'closed hat', 43: 'low tom', 44: 'pedal hat', 45: 'tom', 46: 'open hat', 47: 'tom',
        48: 'high tom', 49: 'crash', 50: 'high tom', 51: 'ride', 54: 'tambourine', 56: 'cowbell',
        60: 'high bongo', 61: 'low bongo', 62: 'mute conga', 63: 'open conga', 64: 'low conga',
        69: 'cabasa', 70: 'maracas', 75: 'claves', 76: 'woodblock', 77: 'woodblock',
    };
    return drums[Math.round(key)] ?? `drum ${Math.round(key)}`;
}
