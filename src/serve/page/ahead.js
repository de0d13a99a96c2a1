/* ahead.js: a piece made while its writer pauses, so that the button's sound comes at once.
 *
 * Only from a prompt, and only by a server on the reader's own machine: what nobody asked for
 * then costs nobody else anything. It shows nothing, says nothing, and above all plays nothing;
 * what goes wrong is left for the button to tell. */
import * as api from './api.js';

/** @typedef {import('./link.js').Request} Request */
/** @typedef {{job: import('./api.js').Job, parts: any[]}} Made */

const PAUSE_MS = 400;

/** Whether the page comes from the reader's own machine. @param {string} host */
export function isOwn(host) {
    return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** What is shown beside the sound: the piece, its words, its heat map. @param {any} files */
export function getParts(files) {
    return Promise.all([files.json, files.words, files.heat]
        .map((url) => (url ? api.getJson(url) : null)));
}

export class Ahead {
    /** @param {(url: string) => void} prime told where the sound of the piece is */
    constructor(prime) {
        this.prime = prime;
        this.timer = 0;
        this.key = '';
        this.url = '';
        /** @type {Made|null} */
        this.made = null;
    }

    /** The form has changed. @param {() => Request|null} read null: there is nothing to make */
    touch(read) {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => {
            const request = read();
            if (request) this.begin(request);
        }, PAUSE_MS);
    }

    /** The button was pressed: what is made already, or null. @param {Request} request */
    take(request) {
        clearTimeout(this.timer);
        if (JSON.stringify(request) !== this.key) {
            this.drop();
            return null;
        }
        this.url = ''; // from now on it is the button's
        return this.made;
    }

    /** Nobody waits for what was begun. */
    drop() {
        if (this.url) api.cancel(this.url).catch(() => {});
        this.key = this.url = '';
        this.made = null;
    }

    /** @param {Request} request */
    async begin(request) {
        const key = JSON.stringify(request);
        if (key === this.key) return;
        this.drop();
        this.key = key;
        try {
            const sent = await api.submit(request);
            if (this.key !== key) return;
            this.url = sent.url;
            const job = sent.state === 'done' ? await api.getJson(sent.url)
                : await api.follow(sent, () => {});
            if (job.state !== 'done' || this.key !== key) return;
            this.url = '';
            this.prime(job.result.files.audio);
            const parts = await getParts(job.result.files);
            if (this.key === key) this.made = { job, parts };
        } catch {
            if (this.key === key) this.key = this.url = '';
        }
    }
}
