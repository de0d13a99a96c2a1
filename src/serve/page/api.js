/* api.js: the HTTP API of `llmsonify serve`, and nothing of the page. */
import { Trouble } from './trouble.js';

/** @typedef {import('./link.js').Request} Request */
/**
 * @typedef {object} Job
 * @property {string} id
 * @property {'queued'|'running'|'done'|'failed'|'cancelled'} state
 * @property {string} [stage]
 * @property {number} [done]
 * @property {number} [total]
 * @property {number} [position] its place in the queue, 1 is next
 * @property {{message: string, remedy?: string}} [error]
 * @property {Request} request
 * @property {Result} [result]
 */
/**
 * @typedef {object} Result
 * @property {string} title
 * @property {number} seconds
 * @property {string} key
 * @property {number} tempo
 * @property {string} command
 * @property {{midi: string, audio: string, json: string, words: string|null,
 *     heat: string|null}} files
 */
/** @typedef {{id: string, state: Job['state'], url: string, events: string}} Ticket */
/** @typedef {{stage: string, done: number, total: number, position?: number}} Progress */

const POLL_MS = 500;
const POLL_TRIES = 4;

async function ask(url, init) {
    let answer;
    try {
        answer = await fetch(url, init);
    } catch (e) {
        if (e instanceof DOMException && e.name === 'AbortError') throw e;
        throw new Trouble(0);
    }
    return answer;
}

/** The Trouble that an answer tells of. @param {Response} answer */
async function troubleOf(answer) {
    let error = {};
    try {
        error = (await answer.json()).error ?? {};
    } catch {
        // A refusal without JSON: the status says enough.
    }
    const wait = Number(answer.headers.get('Retry-After')) || 0;
    return new Trouble(answer.status, error.message, error.remedy, wait);
}

/** @param {string} url @param {RequestInit} [init] @returns {Promise<any>} */
export async function getJson(url, init) {
    const answer = await ask(url, init);
    if (!answer.ok) throw await troubleOf(answer);
    try {
        return await answer.json();
    } catch {
        throw new Trouble(0);
    }
}

/** Models, modes, options and limits. */
export function getModels() {
    return getJson('/api/models');
}

/** @param {Request} request @returns {Promise<Ticket>} */
export function submit(request) {
    return getJson('/api/sonify', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(request),
    });
}

/** @param {string} url of the job */
export async function cancel(url) {
    const answer = await ask(url, { method: 'DELETE' });
    if (!answer.ok && answer.status !== 404) throw await troubleOf(answer);
}

/** @param {Job} job */
function isOver(job) {
    return job.state === 'done' || job.state === 'failed' || job.state === 'cancelled';
}

const pause = (ms) => new Promise((go) => { setTimeout(go, ms); });

/** Asks for the job again and again: when the stream of events breaks. */
async function poll(url, onProgress) {
    for (let failures = 0; ;) {
        try {
            const job = await getJson(url);
            if (isOver(job)) return job;
            failures = 0;
            onProgress(job);
        } catch (e) {
            if (!(e instanceof Trouble) || e.status !== 0 || ++failures >= POLL_TRIES) throw e;
        }
        await pause(POLL_MS);
    }
}

/**
 * Waits for a job to end.
 * @param {{url: string, events: string}} job
 * @param {(p: Progress) => void} onProgress
 * @returns {Promise<Job>} done, failed or cancelled
 */
export function follow(job, onProgress) {
    return new Promise((resolve, reject) => {
        const events = new EventSource(job.events);
        const over = (e) => {
            events.close();
            resolve(JSON.parse(e.data));
        };
        events.addEventListener('progress', (e) => onProgress(JSON.parse(e.data)));
        for (const name of ['done', 'failed', 'cancelled']) events.addEventListener(name, over);
        events.onerror = () => {
            events.close();
            poll(job.url, onProgress).then(resolve, reject);
        };
    });
}
