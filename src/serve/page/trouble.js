/* trouble.js: what went wrong, in words, and what to do about it. Pure. */

/** A refusal or a failure. status 0: no answer came at all. */
export class Trouble extends Error {
    /**
     * @param {number} status HTTP status, 0 when the server did not answer
     * @param {string} [message] the server's own words
     * @param {string} [remedy] the server's own advice
     * @param {number} [retryAfter] seconds
     */
    constructor(status, message = '', remedy = '', retryAfter = 0) {
        super(message);
        this.status = status;
        this.remedy = remedy;
        this.retryAfter = retryAfter;
    }
}

/** @typedef {{title: string, remedy: string, again: boolean}} Advice again: offer to try again */

/** @type {Record<number, Advice>} */
const BY_STATUS = {
    0: {
        title: 'The server does not answer.',
        remedy: 'See whether “llmsonify serve” still runs, start it, and try again.',
        again: true,
    },
    400: {
        title: 'The server did not understand the request.',
        remedy: 'Change the prompt or the options and press Sonify again.',
        again: false,
    },
    404: {
        title: 'The server no longer has this piece.',
        remedy: 'Press Sonify: the same request makes the same piece again.',
        again: true,
    },
    403: {
        title: 'The server takes no requests from this page.',
        remedy: 'Open the address that “llmsonify serve” printed.',
        again: false,
    },
    413: {
        title: 'The prompt is too long.',
        remedy: 'Shorten it and press Sonify again.',
        again: false,
    },
    429: {
        title: 'The server is busy: its queue is full.',
        remedy: 'Try again in a little while.',
        again: true,
    },
    503: {
        title: 'The server is shutting down.',
        remedy: 'Start “llmsonify serve” anew and try again.',
        again: true,
    },
};

const UNKNOWN = {
    title: 'The server could not do it.',
    remedy: 'Try again; if it stays so, look at the messages of “llmsonify serve”.',
    again: true,
};

function sentence(text) {
    const t = text.trim();
    if (!t) return '';
    const end = /[.!?]$/.test(t) ? '' : '.';
    return t[0].toUpperCase() + t.slice(1) + end;
}

function waiting(seconds) {
    return `Try again in ${seconds} second${seconds === 1 ? '' : 's'}.`;
}

/**
 * The server's own advice is for who writes to it with curl; ours, where we have one, is for who
 * reads this page.
 * @param {unknown} error
 * @returns {Advice}
 */
export function adviceFor(error) {
    if (!(error instanceof Trouble)) {
        return { ...UNKNOWN, title: 'Something in this page failed.', remedy: sentence(
            `${error instanceof Error ? error.message : error}; reload the page`) };
    }
    const known = BY_STATUS[error.status] ?? UNKNOWN;
    const title = [known.title, sentence(error.message)].filter(Boolean).join(' ');
    const remedy = error.status === 429 && error.retryAfter > 0 ? waiting(error.retryAfter)
        : (known === UNKNOWN && sentence(error.remedy)) || known.remedy;
    return { title, remedy, again: known.again };
}
