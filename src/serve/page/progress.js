/* progress.js: the bar and the words of a job that runs. */
import { byId, show } from './dom.js';

/** The words of a report. Pure. @param {Partial<import('./api.js').Job>} p */
export function stageText(p) {
    if (p.state === 'queued' || p.stage === 'queued') {
        return p.position > 1 ? `Waiting: number ${p.position} in the queue`
            : 'Waiting for its turn';
    }
    const stage = p.stage || 'working';
    return stage[0].toUpperCase() + stage.slice(1);
}

export class ProgressView {
    constructor() {
        this.box = byId('progress');
        this.bar = byId('progress-bar');
        this.stage = byId('progress-stage');
    }

    start() {
        this.report({ stage: 'asking the server', done: 0, total: 0 });
        show(this.box, true);
    }

    /** @param {Partial<import('./api.js').Job>} p */
    report(p) {
        const text = stageText(p);
        if (this.stage.textContent !== text) this.stage.textContent = text;
        if (p.total > 0) {
            this.bar.max = p.total;
            this.bar.value = Math.min(p.done, p.total);
        } else {
            this.bar.removeAttribute('value');
        }
    }

    stop() {
        show(this.box, false);
    }
}
