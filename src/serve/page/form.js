/* form.js: the form: prompt, model, mode, options. Knows nothing of jobs. */
import { byId, el, show } from './dom.js';
import { count } from './format.js';
import { fieldFor, fillFields, readFields } from './options.js';

/** @typedef {import('./link.js').Request} Request */
/**
 * @typedef {object} Catalogue what /api/models tells
 * @property {{name: string, family: string, layers: number, width: number, default: boolean,
 *     space: boolean}[]} models
 * @property {{name: string, summary: string, needs: 'prompt'|'weights'}[]} modes
 * @property {Record<string, import('./options.js').Row[]>} options
 * @property {{prompt_chars: number}} limits
 */

const GROUPS = [
    { needs: 'prompt', title: 'From a prompt' },
    { needs: 'weights', title: 'From the weights' },
];

export class Form {
    /** @param {Catalogue} catalogue */
    constructor(catalogue) {
        this.catalogue = catalogue;
        this.prompt = byId('prompt');
        this.model = byId('model');
        this.fields = byId('option-fields');
        this.limit = catalogue.limits?.prompt_chars ?? 0;
        this.buildModels();
        this.buildModes();
        this.prompt.addEventListener('input', () => this.count());
        this.choose(catalogue.modes[0]?.name ?? '');
        this.count();
    }

    buildModels() {
        this.model.replaceChildren(...this.catalogue.models.map((m) => el('option', {
            value: m.name, selected: m.default,
        }, `${m.name} (${m.family}, ${count(m.layers, 'layer')})`)));
        this.model.addEventListener('change', () => this.refresh());
    }

    buildModes() {
        const groups = GROUPS.map(({ needs, title }) => {
            const modes = this.catalogue.modes.filter((m) => m.needs === needs);
            const id = `modes-${needs}`;
            return modes.length === 0 ? null : el('div', { class: 'mode-group' },
                el('p', { id, class: 'mode-title' }, title),
                el('div', { class: 'chips', role: 'group', 'aria-labelledby': id },
                    ...modes.map((m) => this.chip(m))));
        });
        byId('modes').append(...groups.filter(Boolean));
    }

    chip(mode) {
        const id = `mode-${mode.name}`;
        const input = el('input', {
            type: 'radio', name: 'mode', id, value: mode.name, 'aria-describedby': 'mode-summary',
            on: { change: () => this.choose(mode.name) },
        });
        return el('span', { class: 'chip' }, input, el('label', { for: id }, mode.name));
    }

    /** @param {string} name of a mode; an unknown one changes nothing */
    choose(name) {
        const mode = this.catalogue.modes.find((m) => m.name === name);
        if (!mode) return false;
        this.mode = mode;
        byId(`mode-${name}`).checked = true;
        byId('mode-summary').textContent = mode.summary;
        this.rows = this.catalogue.options?.[name] ?? [];
        this.fields.replaceChildren(...this.rows.map(fieldFor));
        show(byId('options'), this.rows.length > 0);
        this.refresh();
        return true;
    }

    /** What depends on mode and model together. */
    refresh() {
        const prompted = this.mode?.needs === 'prompt';
        show(byId('prompt-field'), prompted);
        const model = this.catalogue.models.find((m) => m.name === this.model.value);
        const lacks = this.mode?.name === 'space' && model && !model.space;
        byId('model-help').textContent = lacks
            ? `${model.name} has no learned space: choose another model or mode` : '';
    }

    count() {
        const n = [...this.prompt.value].length;
        const over = this.limit > 0 && n > this.limit;
        const text = this.limit ? `${n.toLocaleString('en')} of ${count(this.limit, 'character')}`
            : count(n, 'character');
        byId('prompt-count').textContent = text;
        byId('prompt-count').classList.toggle('over', over);
    }

    /** Why the form cannot be sent, "" when it can. */
    complaint() {
        if (this.mode.needs !== 'prompt') return '';
        const n = [...this.prompt.value].length;
        if (this.prompt.value.trim() === '') return 'Write a prompt first: a sentence will do.';
        if (this.limit && n > this.limit) {
            return `The prompt has ${count(n, 'character')}; at most ${this.limit} are taken.`;
        }
        return '';
    }

    /** @returns {Request} */
    read() {
        return {
            model: this.model.value,
            mode: this.mode.name,
            prompt: this.mode.needs === 'prompt' ? this.prompt.value : '',
            options: readFields(this.fields, this.rows),
        };
    }

    /**
     * Fills in what a link says.
     * @param {Partial<Request>} request
     * @returns {string[]} what this server does not know
     */
    fill(request) {
        const strange = [];
        if (request.mode !== undefined && !this.choose(request.mode)) {
            strange.push(`the mode “${request.mode}”`);
        }
        if (request.model !== undefined) {
            const known = this.catalogue.models.some((m) => m.name === request.model);
            if (known) this.model.value = request.model;
            else strange.push(`the model “${request.model}”`);
        }
        if (request.prompt !== undefined) this.prompt.value = request.prompt;
        const names = Object.keys(request.options ?? {});
        const unknown = names.filter((n) => !this.rows.some((r) => r.name === n));
        strange.push(...unknown.map((n) => `the option “${n}”`));
        fillFields(this.fields, request.options ?? {});
        byId('options').open = names.length > unknown.length;
        this.refresh();
        this.count();
        return strange;
    }
}
