/* colours.test.mjs: the colours of style.css: contrast (WCAG 2.1, 1.4.3 and 1.4.11) and how far
 * those of the tracks are from each other for eyes without red or green (Machado, Oliveira,
 * Fernandes 2009, severity 1; distances in CIELAB, 1976). */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';

const css = fs.readFileSync(`${process.env.LLMSONIFY_PAGE}/style.css`, 'utf8');
const NEAREST = 10; // CIELAB: about four times what is just seen side by side

const EYES = {
    'all colours': [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    'no red': [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998]],
    'no green': [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881]],
};

function properties(block) {
    return Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)]
        .map(([, name, value]) => [name, value]));
}

const [lightBlock, darkBlock] = css.split('prefers-color-scheme: dark').map((b) => b.split('}')[0]);
const light = properties(lightBlock);
const themes = { light, dark: { ...light, ...properties(darkBlock) } };

function linear(hex) {
    return [1, 3, 5].map((i) => {
        const c = parseInt(hex.slice(i, i + 2), 16) / 255;
        return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
}

const times = (m, v) => m.map((row) => row.reduce((sum, x, i) => sum + x * v[i], 0));

function contrast(a, b) {
    const y = (hex) => times([[0.2126, 0.7152, 0.0722]], linear(hex))[0];
    const [lo, hi] = [y(a), y(b)].sort((p, q) => p - q);
    return (hi + 0.05) / (lo + 0.05);
}

function lab(rgb) {
    const xyz = times([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041]], rgb.map((c) => Math.min(1, Math.max(0, c))));
    const [x, y, z] = xyz.map((v, i) => {
        const t = v / [0.95047, 1, 1.08883][i];
        return t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 * t + 16) / 116;
    });
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

for (const [theme, c] of Object.entries(themes)) {
    test(`in ${theme}, text has 4.5 to 1 against what it stands on`, () => {
        const pairs = [['ink', 'paper'], ['ink', 'surface'], ['ink', 'wash'], ['ink', 'faint'],
            ['ink', 'warn-wash'], ['muted', 'paper'], ['muted', 'surface'], ['accent', 'paper'],
            ['accent', 'surface'], ['accent', 'wash'], ['on-accent', 'accent'],
            ['warn', 'surface'], ['warn', 'warn-wash']];
        for (const [a, b] of pairs) {
            const x = contrast(c[a], c[b]);
            assert.ok(x >= 4.5, `${a} on ${b}: ${x.toFixed(2)}`);
        }
    });

    test(`in ${theme}, notes and the edges of controls have 3 to 1`, () => {
        for (let i = 0; i < 8; i++) {
            const x = contrast(c[`track-${i}`], c.surface);
            assert.ok(x >= 3, `track-${i}: ${x.toFixed(2)}`);
        }
        for (const ground of ['paper', 'surface']) {
            const x = contrast(c.control, c[ground]);
            assert.ok(x >= 3, `control on ${ground}: ${x.toFixed(2)}`);
        }
    });

    for (const [eye, matrix] of Object.entries(EYES)) {
        test(`in ${theme}, no two tracks look the same to eyes with ${eye}`, () => {
            const seen = Array.from({ length: 8 }, (_, i) =>
                lab(times(matrix, linear(c[`track-${i}`]))));
            for (let i = 0; i < 8; i++) {
                for (let k = 0; k < i; k++) {
                    const far = Math.hypot(...seen[i].map((v, d) => v - seen[k][d]));
                    assert.ok(far >= NEAREST, `track-${k} and track-${i}: ${far.toFixed(1)}`);
                }
            }
        });
    }
}
