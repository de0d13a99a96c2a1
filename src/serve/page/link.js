/* link.js: a request as the address of the page, and back. The address holds all that the bytes of
 * a piece depend on. Pure. */

/**
 * @typedef {object} Request
 * @property {string} model
 * @property {string} mode
 * @property {string} prompt "" where the mode needs none
 * @property {Record<string, string|number|boolean>} options only those that were changed
 */

const OPTION = 'o.';

/** @param {Request} request @returns {string} "?model=wren&mode=space&prompt=..." */
export function linkOf(request) {
    const query = new URLSearchParams();
    query.set('model', request.model);
    query.set('mode', request.mode);
    if (request.prompt !== '') query.set('prompt', request.prompt);
    for (const name of Object.keys(request.options).sort()) {
        query.set(OPTION + name, String(request.options[name]));
    }
    return `?${query}`;
}

/**
 * What an address asks for; null when it asks for nothing. Options are text: the form, which knows
 * their types, reads them.
 * @param {string} search location.search
 * @returns {Partial<Request>|null}
 */
export function requestOf(search) {
    const query = new URLSearchParams(search);
    const request = { options: {} };
    for (const name of ['model', 'mode', 'prompt']) {
        if (query.has(name)) request[name] = query.get(name);
    }
    for (const [name, value] of query) {
        if (name.startsWith(OPTION)) request.options[name.slice(OPTION.length)] = value;
    }
    const empty = Object.keys(request).length === 1 && !Object.keys(request.options).length;
    return empty ? null : request;
}
