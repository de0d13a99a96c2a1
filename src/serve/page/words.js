/* words.js: the text, each word lit as long as it sounds. One word takes part in the order of
 * focus; arrow keys move among them, Enter plays from there. */
import { byId, el, show } from './dom.js';
import { makeTimeline, spansAt } from './timeline.js';

/** @typedef {{i: number, text: string, start_char: number, end_char: number, t: number,
 *     dur: number}} Word */

/**
 * The text cut at its words, in order; what lies between has no word. Places count code points, as
 * the server's do. Pure.
 * @param {string} text
 * @param {Word[]} words
 * @returns {{text: string, word?: Word}[]}
 */
export function cutText(text, words) {
    const chars = [...text];
    const parts = [];
    let at = 0;
    for (const word of words) {
        if (word.start_char > at) parts.push({ text: chars.slice(at, word.start_char).join('') });
        parts.push({ text: chars.slice(word.start_char, word.end_char).join(''), word });
        at = word.end_char;
    }
    if (at < chars.length) parts.push({ text: chars.slice(at).join('') });
    return parts;
}

export class WordsView {
    /** @param {(t: number) => void} onSeek */
    constructor(onSeek) {
        this.box = byId('words');
        this.onSeek = onSeek;
        this.clear();
        this.box.addEventListener('keydown', (e) => this.key(e));
    }

    clear() {
        this.buttons = [];
        this.lit = new Set();
        this.line = makeTimeline([]);
        this.box.replaceChildren();
        show(this.box, false);
    }

    /** @param {{text: string, words: Word[]}} json words.json */
    load(json) {
        this.clear();
        const words = [...json.words].sort((a, b) => a.start_char - b.start_char);
        const spans = [];
        for (const part of cutText(json.text, words)) {
            this.box.append(part.word ? this.button(part.text, part.word) : part.text);
            if (part.word) {
                const { t, dur } = part.word;
                spans.push({ t, end: t + dur, button: this.buttons.at(-1) });
            }
        }
        this.line = makeTimeline(spans);
        if (this.buttons.length) this.buttons[0].tabIndex = 0;
        show(this.box, this.buttons.length > 0);
    }

    /** @param {string} text @param {Word} word */
    button(text, word) {
        const button = el('button', {
            type: 'button', class: 'word', tabIndex: -1, 'data-t': String(word.t),
            on: {
                click: () => this.onSeek(word.t),
                focus: () => this.rove(button),
            },
        }, text);
        this.buttons.push(button);
        return button;
    }

    rove(button) {
        for (const b of this.buttons) b.tabIndex = b === button ? 0 : -1;
    }

    key(e) {
        const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[e.key];
        const at = this.buttons.indexOf(document.activeElement);
        if (step === undefined || at < 0) return;
        this.buttons[at + step]?.focus();
        e.preventDefault();
    }

    /** @param {number} now seconds @param {boolean} playing */
    show(now, playing) {
        const begun = playing || now > 0;
        const lit = new Set(begun ? spansAt(this.line, now).map((s) => s.button) : []);
        for (const b of this.lit) if (!lit.has(b)) this.light(b, false);
        for (const b of lit) if (!this.lit.has(b)) this.light(b, true);
        this.lit = lit;
    }

    light(button, on) {
        button.classList.toggle('lit', on);
        if (on) button.setAttribute('aria-current', 'true');
        else button.removeAttribute('aria-current');
    }
}
