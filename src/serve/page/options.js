/* options.js: the options of a mode as fields of a form. The server's rows are the command line's
 * own: a field left as it is is not sent, so that a link holds only what was changed. */
import { el } from './dom.js';

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} type flag, int, number, string, choice, list
 * @property {string} [help]
 * @property {number} [min]
 * @property {number} [max]
 * @property {string[]} [choices]
 * @property {string|number|boolean|null} [default]
 */
/** @typedef {string|number|boolean} Value */

const isSwitch = (row) => row.type === 'flag';
const isNumber = (row) => row.type === 'int' || row.type === 'number';
const isMenu = (row) => row.type === 'choice' && Array.isArray(row.choices);

/** The value that a row has when nobody touched it. @param {Row} row @returns {Value} */
export function defaultOf(row) {
    return row.default ?? (isSwitch(row) ? false : '');
}

/**
 * A text (of a field or of a link) as the row's value; undefined when it is the default or nothing.
 * @param {Row} row
 * @param {string|boolean} text
 * @returns {Value|undefined}
 */
export function valueOf(row, text) {
    if (isSwitch(row)) {
        const on = text === true || text === 'true';
        return on === Boolean(defaultOf(row)) ? undefined : on;
    }
    const word = String(text).trim();
    if (word === '' || word === String(defaultOf(row))) return undefined;
    if (!isNumber(row)) return word;
    const number = Number(word);
    return Number.isFinite(number) ? number : undefined;
}

/** @param {Row} row @returns {string} "20 to 400" */
function rangeOf(row) {
    const has = (x) => x !== undefined && x !== null;
    return isNumber(row) && has(row.min) && has(row.max) ? `${row.min} to ${row.max}` : '';
}

/** The words under a field. @param {Row} row */
export function helpOf(row) {
    const range = rangeOf(row);
    const help = row.help ?? '';
    if (!range) return help;
    return help ? `${help}; ${range}` : range;
}

function menuFor(row, id) {
    const unset = defaultOf(row) === '';
    return el('select', { id },
        unset ? el('option', { value: '' }, 'as the piece asks') : null,
        ...row.choices.map((c) => el('option', { value: c, selected: c === row.default }, c)));
}

function numberFor(row, id) {
    return el('input', {
        id,
        type: 'number',
        inputMode: row.type === 'int' ? 'numeric' : 'decimal',
        step: row.type === 'int' ? '1' : 'any',
        min: row.min ?? '',
        max: row.max ?? '',
        placeholder: String(defaultOf(row)),
    });
}

function inputFor(row, id) {
    if (isSwitch(row)) {
        return el('input', { id, type: 'checkbox', checked: Boolean(defaultOf(row)) });
    }
    if (isMenu(row)) return menuFor(row, id);
    if (isNumber(row)) return numberFor(row, id);
    return el('input', {
        id, type: 'text', autocomplete: 'off', placeholder: String(defaultOf(row)),
    });
}

/**
 * A field: label, input, help.
 * @param {Row} row
 * @returns {HTMLElement} its input has data-option
 */
export function fieldFor(row) {
    const id = `option-${row.name}`;
    const input = inputFor(row, id);
    input.dataset.option = row.name;
    input.setAttribute('aria-describedby', `${id}-help`);
    const label = el('label', { for: id }, row.name.replaceAll('-', ' '));
    const help = el('p', { id: `${id}-help`, class: 'help' }, helpOf(row));
    const parts = isSwitch(row) ? [el('div', { class: 'tick' }, input, label)] : [label, input];
    return el('div', { class: 'field' }, ...parts, help);
}

/**
 * The input of an option, null when the mode has none of that name.
 * @param {HTMLElement} box
 * @param {string} name
 * @returns {HTMLInputElement|null}
 */
function inputOf(box, name) {
    return box.querySelector(`[data-option="${CSS.escape(name)}"]`);
}

/** What the fields say. @param {HTMLElement} box @param {Row[]} rows */
export function readFields(box, rows) {
    /** @type {Record<string, Value>} */
    const values = {};
    for (const row of rows) {
        const input = inputOf(box, row.name);
        if (!input) continue;
        const value = valueOf(row, isSwitch(row) ? input.checked : input.value);
        if (value !== undefined) values[row.name] = value;
    }
    return values;
}

/**
 * Sets the fields that a link names.
 * @param {HTMLElement} box
 * @param {Record<string, any>} values
 */
export function fillFields(box, values) {
    for (const [name, value] of Object.entries(values)) {
        const input = inputOf(box, name);
        if (!input) continue;
        if (input.type === 'checkbox') input.checked = String(value) === 'true';
        else input.value = String(value);
    }
}
