/* main.js: the page put together: the form asks, the server works, the views show and play. */
import { Ahead, getParts, isOwn } from './ahead.js';
import * as api from './api.js';
import { byId, calm, say, show } from './dom.js';
import { Form } from './form.js';
import { spokenTime } from './format.js';
import { HeatMap } from './heat.js';
import { Inspector } from './inspector.js';
import { linkOf, requestOf } from './link.js';
import { NoteTable } from './notetable.js';
import { Player } from './player.js';
import { ProgressView } from './progress.js';
import { listenCopy, showFiles, showMapping, showShare, showTitle } from './results.js';
import { Roll } from './roll.js';
import { readPiece } from './sidecar.js';
import { adviceFor, Trouble } from './trouble.js';
import { WordsView } from './words.js';

/** @typedef {import('./api.js').Job} Job */

class Page {
    /** @param {import('./form.js').Catalogue} catalogue */
    constructor(catalogue) {
        this.form = new Form(catalogue);
        this.progress = new ProgressView();
        this.player = new Player();
        this.ahead = new Ahead((url) => this.player.prime(url));
        this.inspector = new Inspector();
        this.table = new NoteTable((n) => this.choose(n));
        this.heat = new HeatMap();
        this.words = new WordsView((t) => this.seek(t));
        this.roll = new Roll({
            choose: (n) => this.choose(n),
            seek: (t) => this.seek(t),
            toggle: () => this.player.toggle(),
        });
        this.piece = null;
        this.job = null;
        this.listen();
    }

    listen() {
        byId('form').addEventListener('submit', (e) => {
            e.preventDefault();
            this.sonify();
        });
        for (const event of ['input', 'change']) {
            byId('form').addEventListener(event, () => this.prepare());
        }
        byId('prompt').addEventListener('keydown', (e) => {
            if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) this.sonify();
        });
        byId('cancel').addEventListener('click', () => this.cancel());
        byId('again').addEventListener('click', () => this.sonify());
        byId('view-roll').addEventListener('change', () => this.view(false));
        byId('view-table').addEventListener('change', () => this.view(true));
        this.player.follow((now, playing) => {
            this.words.show(now, playing);
            this.roll.follow(now, playing);
            this.heat.follow(now, playing);
        });
        this.player.audio.addEventListener('play', () => this.roll.refollow());
        this.player.audio.addEventListener('error', () => tellTrouble({
            title: 'The sound cannot be had.',
            remedy: 'Press Sonify to make it anew, or choose another format in the options.',
            again: true,
        }));
        listenCopy();
    }

    view(table) {
        show(byId('roll-view'), !table);
        show(byId('notes-view'), table);
        if (!table) this.roll.draw();
    }

    /** A pause in writing: the piece may be made, in case the button is pressed. */
    prepare() {
        if (!isOwn(location.hostname)) return;
        this.ahead.touch(() => {
            const idle = !this.job && this.form.mode.needs === 'prompt' && !this.form.complaint();
            return idle ? this.form.read() : null;
        });
    }

    /** The whole way from the button to the sound. */
    async sonify() {
        if (this.job) return;
        const complaint = this.form.complaint();
        if (complaint) {
            tellTrouble({ title: complaint, remedy: '', again: false });
            byId('prompt').focus();
            return;
        }
        const request = this.form.read();
        const made = this.ahead.take(request);
        this.job = { url: '' };
        this.busy(true);
        try {
            const job = made ? made.job : await this.work(request);
            if (job) await this.open(job, request, made?.parts);
        } catch (e) {
            tellError(e);
        } finally {
            this.job = null;
            this.busy(false);
        }
    }

    /** Sends the request and waits; null when it was cancelled. @returns {Promise<Job|null>} */
    async work(request) {
        const sent = await api.submit(request);
        const unwanted = this.job.cancelled;
        this.job = sent;
        if (unwanted) await this.cancel();
        const job = sent.state === 'done' ? await api.getJson(sent.url)
            : await api.follow(sent, (p) => this.progress.report(p));
        if (job.state === 'cancelled') {
            say('Cancelled');
            return null;
        }
        if (job.state !== 'done') {
            throw new Trouble(500, job.error?.message, job.error?.remedy);
        }
        return job;
    }

    async cancel() {
        if (!this.job) return;
        this.job.cancelled = true; // seen as soon as the server has said where the job is
        if (!this.job.url) return;
        try {
            await api.cancel(this.job.url);
        } catch (e) {
            tellError(e);
        }
    }

    /** @param {boolean} on */
    busy(on) {
        byId('sonify').disabled = on;
        if (on) {
            show(byId('problem'), false);
            this.progress.start();
        } else {
            this.progress.stop();
        }
    }

    /** Shows a finished piece and, as the button was pressed for it, plays it. @param {Job} job */
    async open(job, request, parts) {
        const { result } = job;
        const { files } = result;
        this.player.load(files.audio, result.seconds);
        const [json, words, heat] = parts ?? await getParts(files);
        this.piece = readPiece(json);
        const held = document.activeElement;
        show(byId('piece'), true);
        this.views(words, heat);
        showTitle(result, this.piece.notes.length);
        showFiles(files);
        showMapping(this.piece.text);
        const link = linkOf(request);
        history.replaceState(null, '', link);
        showShare(new URL(link, location.href).href, result.command);
        const played = await this.player.play();
        this.arrive(held, played, result);
    }

    views(words, heat) {
        if (words) this.words.load(words);
        else this.words.clear();
        this.roll.load(this.piece, words?.words ?? []);
        this.table.load(this.piece);
        this.inspector.clear();
        if (heat) this.heat.load(heat);
        else this.heat.clear();
    }

    /** Brings the reader to the piece, unless they have gone on writing. */
    arrive(held, played, result) {
        const state = played ? 'Playing' : 'Press Play to hear it';
        say(`Ready: ${result.title}, ${spokenTime(result.seconds)}. ${state}.`);
        if (held && held !== document.body && held.id !== 'sonify' && held.id !== 'cancel') return;
        byId('play').focus({ preventScroll: true });
        byId('piece').scrollIntoView({ behavior: calm() ? 'auto' : 'smooth', block: 'start' });
    }

    choose(note) {
        this.inspector.inspect(this.piece, note);
        this.roll.reveal(note);
    }

    seek(t) {
        this.player.goTo(t);
        this.roll.refollow();
    }
}

/** @param {import('./trouble.js').Advice} advice */
function tellTrouble(advice) {
    byId('problem-title').textContent = advice.title;
    byId('problem-remedy').textContent = advice.remedy;
    show(byId('again'), advice.again);
    show(byId('problem'), true);
}

/** @param {unknown} error */
function tellError(error) {
    if (!(error instanceof Trouble)) console.error(error);
    tellTrouble(adviceFor(error));
}

/** A link only fills the form: the button plays. */
function openLink(form) {
    const request = requestOf(location.search);
    if (!request) return;
    const strange = form.fill(request);
    const note = strange.length
        ? `This server does not know ${strange.join(', ')} of the link: choose another.`
        : 'This link holds a piece. Press Sonify to make it and hear it.';
    byId('link-note').textContent = note;
    show(byId('link-note'), true);
}

async function begin() {
    try {
        const page = new Page(await api.getModels());
        openLink(page.form);
        show(byId('form'), true);
        document.documentElement.dataset.ready = 'true';
    } catch (e) {
        tellError(e);
        byId('again').addEventListener('click', () => location.reload(), { once: true });
    }
}

begin();
