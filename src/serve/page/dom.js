/* dom.js: elements made and found. Text is always text: nothing here parses HTML. */

/**
 * @param {string} tag
 * @param {Record<string, any>} [props] "class", "data-..." and "aria-..." are attributes; "on" is
 *     a table of listeners; the rest are properties
 * @param {...(Node|string|null|undefined)} children
 * @returns {any}
 */
export function el(tag, props = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
        if (value === undefined || value === null) continue;
        if (name === 'on') {
            for (const [event, f] of Object.entries(value)) node.addEventListener(event, f);
        } else if (name === 'class' || name === 'for' || name === 'role' || name.includes('-')) {
            node.setAttribute(name, value);
        } else {
            node[name] = value;
        }
    }
    node.append(...children.filter((c) => c !== null && c !== undefined));
    return node;
}

/** @param {string} id @returns {any} */
export function byId(id) {
    const node = document.getElementById(id);
    if (!node) throw new Error(`the page has no #${id}`);
    return node;
}

/** Shows or hides. @param {HTMLElement} node @param {boolean} on */
export function show(node, on) {
    node.hidden = !on;
}

/** Tells a screen reader something without moving the focus. @param {string} text */
export function say(text) {
    const live = byId('say');
    live.textContent = '';
    // The same words twice are read twice only when they come anew.
    setTimeout(() => { live.textContent = text; }, 50);
}

/** Whether the reader asked for less motion. */
export function calm() {
    return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
