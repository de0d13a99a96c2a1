/* player.js: the one <audio> element, its button and its slider, and the clock that everything
 * that moves follows: one callback a frame, by the element's own time. It never plays by itself. */
import { byId } from './dom.js';
import { clock, spokenTime } from './format.js';

export class Player {
    constructor() {
        this.audio = byId('audio');
        this.button = byId('play');
        this.seek = byId('seek');
        this.followers = [];
        this.frame = 0;
        this.seconds = 0;
        this.button.addEventListener('click', () => this.toggle());
        this.seek.addEventListener('input', () => this.goTo(Number(this.seek.value)));
        for (const event of ['play', 'pause', 'ended', 'seeked', 'loadedmetadata']) {
            this.audio.addEventListener(event, () => this.changed());
        }
    }

    /** @param {(now: number, playing: boolean) => void} f called each frame, and on each change */
    follow(f) {
        this.followers.push(f);
    }

    /** Fetches what may be played next, unless something is here already. @param {string} url */
    prime(url) {
        if (this.seconds === 0) this.fetch(url);
    }

    /** @param {string} url */
    fetch(url) {
        if (this.audio.getAttribute('src') !== url) this.audio.src = url;
    }

    /** @param {string} url @param {number} seconds */
    load(url, seconds) {
        if (this.seconds === 0) this.fetch(url);
        else this.audio.src = url;
        this.seconds = seconds;
        this.seek.max = String(seconds);
        this.changed();
    }

    get now() {
        return this.audio.currentTime;
    }

    get playing() {
        return !this.audio.paused && !this.audio.ended;
    }

    /** Plays; false when the browser does not allow it. */
    async play() {
        try {
            await this.audio.play();
            return true;
        } catch {
            return false;
        }
    }

    toggle() {
        if (this.playing) this.audio.pause();
        else this.play();
    }

    /**
     * Rounded up to a millisecond: the element rounds too, and what begins at t shall have begun.
     * @param {number} t seconds
     */
    goTo(t) {
        this.audio.currentTime = Math.max(0, Math.ceil(t * 1000) / 1000);
        this.tell();
    }

    changed() {
        const length = Number.isFinite(this.audio.duration) ? this.audio.duration : this.seconds;
        this.seek.max = String(length);
        byId('time-total').textContent = clock(length);
        this.button.classList.toggle('playing', this.playing);
        byId('play-word').textContent = this.playing ? 'Pause' : 'Play';
        cancelAnimationFrame(this.frame);
        this.tick();
    }

    tick() {
        this.tell();
        if (this.playing) this.frame = requestAnimationFrame(() => this.tick());
    }

    tell() {
        const now = this.now;
        this.seek.value = String(now);
        const text = clock(now);
        if (byId('time-now').textContent !== text) {
            byId('time-now').textContent = text;
            this.seek.setAttribute('aria-valuetext',
                `${spokenTime(now)} of ${spokenTime(Number(this.seek.max))}`);
        }
        for (const f of this.followers) f(now, this.playing);
    }
}
